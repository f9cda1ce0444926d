import { createHash } from 'node:crypto'
import type { MetricAxis } from '@palate/protocol'
import { z } from 'zod'

/** A stored series of one attempt. */
export interface StoredSeries {
  id: number
  key: string
  axis: MetricAxis
  attemptNumber: number
  /** Added to positions in seconds, which start at 0 in each attempt. 0 for steps. */
  offset: number
  /** How often points were written at or before the series' highest position. */
  rewrites: number
  /** The lowest position that has a point. */
  first: number
}

/** What a reader has of a series of the newest attempt: its highest position, and the number of points. */
export interface Held {
  last: number
  count: number
}

/**
 * How far a reader has read. Attempts before the newest do not change, and points of the newest that were read change
 * only together with `rewrites`. So either the new points are those beyond `held`, or all curves are read again.
 */
export interface MetricCursor {
  /** Hash of the query: another run, other keys or another size needs all curves again. */
  question: string
  /** What else the earlier response depended on (see `describeState`). */
  state: string
  held: Map<number, Held>
}

const Wire = z.tuple([z.string(), z.string(), z.array(z.tuple([z.int(), z.int(), z.int().min(0)]))])

export function encodeCursor({ question, state, held }: MetricCursor): string {
  const wire: z.infer<typeof Wire> = [
    question,
    state,
    [...held].map(([id, { last, count }]) => [id, last, count]),
  ]
  return Buffer.from(JSON.stringify(wire)).toString('base64url')
}

/** @returns null for an invalid cursor: all curves are then read again */
export function decodeCursor(text: string): MetricCursor | null {
  try {
    const [question, state, held] = Wire.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    return { question, state, held: new Map(held.map(([id, last, count]) => [id, { last, count }])) }
  } catch {
    return null
  }
}

export const hashQuestion = (...parts: unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12)

/** The newest attempt, the starts of its curves, and their counts of late points: while these do not change, curves only grow. */
export function describeState(series: readonly StoredSeries[]): string {
  const newest = newestAttempt(series)
  const firsts = (['step', 'seconds'] as const).map((axis) =>
    Math.min(
      ...series.filter((one) => one.attemptNumber === newest && one.axis === axis).map(({ first }) => first),
    ),
  )
  const rewrites = series.reduce((sum, one) => sum + one.rewrites, 0)
  return [newest, ...firsts.map((first) => (Number.isFinite(first) ? first : '-')), rewrites].join('.')
}

export const newestAttempt = (series: readonly StoredSeries[]) =>
  Math.max(0, ...series.map(({ attemptNumber }) => attemptNumber))

/**
 * The position from which a later attempt's points replace this series' points, because a training resumes at its last
 * checkpoint and repeats the steps after it. Attempts do not overlap in time, so neither do their seconds.
 */
export function replacedFrom(one: StoredSeries, all: readonly StoredSeries[]): number {
  const later = all.filter(
    ({ axis, attemptNumber }) => axis === one.axis && attemptNumber > one.attemptNumber,
  )
  return Math.min(Number.MAX_SAFE_INTEGER, ...later.map(({ first, offset }) => first + offset)) - one.offset
}
