import { limits } from '@palate/config'
import type { Deps } from './context'
import type { Failure } from './failure'

export const databaseAway: Failure = {
  code: 'unavailable',
  message: 'The database is not available at the moment.',
  remedy:
    'Palate works again by itself as soon as it is back. If that takes longer than a minute, look into the terminal of npm start or the log of PostgreSQL.',
}

/** Resolves to null where the database answers, else to what a client may know. Never rejects. */
export type AskDatabase = () => Promise<Failure | null>

/**
 * Asks the database whether it answers: for a short time, and at most once in a second, however many ask for it. Who
 * asks often never waits: an answer of the last few seconds is given at once, while the next one is fetched. A change is
 * logged.
 */
export function openDatabaseHealth(
  { sql, log }: Pick<Deps, 'sql' | 'log'>,
  { databaseSeconds, cacheSeconds, staleSeconds } = limits.health,
  now = Date.now,
): AskDatabase {
  let next: Promise<Failure | null> = Promise.resolve(null)
  let last: Promise<Failure | null> = next
  let askedAt = Number.NEGATIVE_INFINITY
  let isPending = false
  let wasUp = true
  /** One question at a time: those that a silent database leaves open would take all connections. */
  let open: Promise<string | null> | null = null
  const ask = async () => {
    open ??= question(sql).finally(() => {
      open = null
    })
    const problem = await withinTime(open, databaseSeconds * 1000)
    if ((problem === null) !== wasUp) {
      if (problem) log.error({ error: problem }, 'the database does not answer')
      else log.info({}, 'the database answers again')
    }
    wasUp = problem === null
    isPending = false
    askedAt = now()
    return problem === null ? null : databaseAway
  }
  return () => {
    if (!isPending && now() - askedAt >= cacheSeconds * 1000) {
      isPending = true
      last = next
      next = ask()
    }
    const isRecent = now() - askedAt < staleSeconds * 1000
    return isPending && isRecent ? last : next
  }
}

/** @returns why it does not answer, for the log. Never rejects */
const question = (sql: Deps['sql']): Promise<string | null> =>
  sql`select 1`.then(
    () => null,
    (error: unknown) => String(error),
  )

/** Not canceled when it is late: a cancel opens a connection of its own, and its failure can be caught by nobody. */
async function withinTime(asked: Promise<string | null>, timeoutMs: number): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer after ${timeoutMs} ms`), timeoutMs)
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
