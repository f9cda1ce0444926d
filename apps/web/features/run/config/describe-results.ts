import { formatFigure } from '@palate/ui'
import { formatCount, formatDuration } from '../../../lib/format'
import { nameMetric } from '../chart/chart-groups'
import type { Figure } from './figure-list'

/** The last values of a run in words and short figures, under the names that its charts have. */
export function describeResults(results: Readonly<Record<string, unknown>>): Figure[] {
  return Object.entries(results).map(([key, value]) => ({ label: labelOf(key), value: show(key, value) }))
}

function labelOf(key: string): string {
  const name = key === 'seconds' ? 'time' : nameMetric(key)
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function show(key: string, value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (key === 'seconds') return formatDuration(value * 1000)
  return Number.isInteger(value) ? formatCount(value) : formatFigure(value)
}
