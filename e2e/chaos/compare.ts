import type { AttemptRecord, Point } from './recorder'
import type { StoredAttempt, StoredRun } from './records'
import type { Reference } from './reference'
import type { SpoolView } from './spools'
import { exactKeys } from './work'

export interface Account {
  expected: number
  stored: number
  duplicates: number
  lost: number
  /** Everything else that is wrong, as sentences. */
  faults: string[]
}

/** Attempts whose end was delivered from the spool, after everything that their trainers sent. */
const endedBySpool = (attempt: StoredAttempt) =>
  attempt.status === 'finished' || attempt.status === 'failed' || attempt.failureCode === 'killed'

const idOf = ({ key, step }: Point) => `${key}@${step}`

/**
 * Compares what is stored of one attempt with what its trainer said.
 *
 * Expected is all that was said where the end came through the spool; where the attempt was lost on the way, all up to
 * the last point that anybody had accepted (the database, or the agent's disk as it was seen after a kill), without a
 * gap. What had been acked is expected in any case; what only lay in the spool of a lease that had passed on is not.
 */
export function compareAttempt(attempt: StoredAttempt, record: AttemptRecord, views: SpoolView[]): Account {
  const said = record.points
  const position = new Map(said.map((point, index) => [idOf(point), index]))
  const own = views.filter(({ attemptId }) => attemptId === attempt.id)
  const accepted = [
    ...attempt.points,
    ...own.flatMap(({ acked }) => acked),
    ...(attempt.failureCode === 'lease_expired' ? [] : own.flatMap(({ waiting }) => waiting)),
  ].filter(({ key }) => !key.startsWith('system/'))
  const last = endedBySpool(attempt)
    ? said.findLastIndex(({ said: whole }) => whole)
    : Math.max(-1, ...accepted.map((point) => position.get(idOf(point)) ?? -1))
  const expected = said.slice(0, last + 1)
  const stored = new Map<string, number>()
  let duplicates = 0
  for (const point of attempt.points) {
    if (stored.has(idOf(point))) duplicates += 1
    stored.set(idOf(point), point.value)
  }
  const lost = expected.filter((point) => stored.get(idOf(point)) !== point.value).length
  const invented = attempt.points.filter((point) => !position.has(idOf(point))).length
  return {
    expected: expected.length,
    stored: attempt.points.length,
    duplicates,
    lost,
    faults: invented > 0 ? [`attempt ${attempt.id} has ${invented} points that its trainer never said`] : [],
  }
}

/** Compares the curves that a person sees with those of an undisturbed run: every step once, to the last bit. */
export function compareChart(run: StoredRun, reference: Reference): Account {
  const account: Account = { expected: 0, stored: 0, duplicates: 0, lost: 0, faults: [] }
  for (const key of exactKeys) {
    const undisturbed = reference.get(key) ?? new Map<number, number>()
    const points = run.chart.find((series) => series.key === key)?.points ?? []
    const seen = new Map(points)
    account.duplicates += points.length - seen.size
    const missing = [...undisturbed].filter(([step]) => !seen.has(step))
    account.lost += missing.length
    const [missed] = missing
    if (missed)
      account.faults.push(`${run.id} lacks ${missing.length} steps of ${key}, the first is ${missed[0]}`)
    const other = [...undisturbed].filter(([step, value]) => seen.has(step) && seen.get(step) !== value)
    const [first] = other
    if (first)
      account.faults.push(
        `${run.id} differs in ${key} at ${other.length} steps, first at ${first[0]}: ${seen.get(first[0])}, undisturbed ${first[1]}`,
      )
    const extra = [...seen.keys()].filter((step) => !undisturbed.has(step)).length
    if (extra > 0) account.faults.push(`${run.id} has ${extra} steps of ${key} that no such run has`)
  }
  return account
}
