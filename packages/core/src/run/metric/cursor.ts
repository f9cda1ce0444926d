import { createHash } from 'node:crypto'
import type { MetricAxis } from '@palate/protocol'
import { z } from 'zod'

/** A series of one attempt, as the database holds it. */
export interface StoredSeries {
  id: number
  key: string
  axis: MetricAxis
  attemptNumber: number
  /** Added to a position: an attempt's seconds begin at 0, and the chart's clock goes on. 0 for steps. */
  offset: number
  /** How often points were written at or before the series' highest position. */
  rewrites: number
  /** The lowest position that has a point. */
  first: number
}

/** What a reader has of a series of the newest attempt: the highest position, and how many points its chart holds. */
export interface Held {
  last: number
  count: number
}

/**
 * How far a reader has read. Attempts before the newest are closed, and within an attempt positions that were read do
 * not change unless `rewrites` does: so what is new is what lies beyond `held`, or the whole is read again.
 */
export interface MetricCursor {
  /** Of what was asked: another run, other keys or another size is another reading. */
  question: string
  /** Of everything else that an earlier answer rested on. */
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

/** @returns null for what is no cursor: the whole is then read again */
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

/** The newest attempt, where its curves begin, and how often points were written late: while these stay, curves only grow. */
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
 * The position from which on a later attempt's points stand in place of this series' ones: a training resumes at its
 * last checkpoint and goes through the steps after it again. Attempts follow each other on the clock, so their seconds
 * do not overlap.
 */
export function replacedFrom(one: StoredSeries, all: readonly StoredSeries[]): number {
  const later = all.filter(
    ({ axis, attemptNumber }) => axis === one.axis && attemptNumber > one.attemptNumber,
  )
  return Math.min(Number.MAX_SAFE_INTEGER, ...later.map(({ first, offset }) => first + offset)) - one.offset
}
