import type { RunKind } from '@palate/protocol'

const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** "22 GB", "7.5 GB": powers of a thousand, as GPUs are sold. */
export function formatBytes(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${size < 10 && unit > 0 ? Number(size.toFixed(1)) : Math.round(size)} ${units[unit]}`
}

/** "2 runs", "1 run". */
export const formatCount = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** "a", "a and b", "a, b and c". */
export function formatList(items: readonly string[]): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`
}

/** How long ago, to the minute, hour or day. */
export function formatAgo(then: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - then.getTime()) / 60_000)
  if (minutes < 1) return 'less than a minute ago'
  if (minutes < 60) return `${formatCount(minutes, 'minute')} ago`
  if (minutes < 48 * 60) return `${formatCount(Math.round(minutes / 60), 'hour')} ago`
  return `${formatCount(Math.round(minutes / 1440), 'day')} ago`
}

const kinds: Readonly<Record<RunKind, string>> = {
  import: 'import',
  pretrain: 'starter model',
  sft: 'fine-tuning',
  dpo: 'preference training',
  kto: 'thumbs training',
  generate: 'answer',
  probe: 'measuring',
}

/** "fine-tuning runs". */
export const formatRuns = (kind: RunKind) => `${kinds[kind]} runs`
