import { expect, it } from 'vitest'
import { databaseAway, openDatabaseHealth } from './database-health'
import { createTestDeps } from './testing'

const deps = await createTestDeps()
const once = { databaseSeconds: 60, cacheSeconds: 1, staleSeconds: 3 }

/** A client whose queries are answered by the test. */
function openAnswers() {
  const waiting: ((problem?: Error) => void)[] = []
  const sql = (() => {
    return new Promise<void>((resolve, reject) => {
      waiting.push((problem) => (problem ? reject(problem) : resolve()))
    })
  }) as unknown as typeof deps.sql
  return { sql, waiting }
}

it('says null for a database that answers, and a sentence with a remedy for one that is away', async () => {
  expect(await openDatabaseHealth(deps)()).toBeNull()
  const { sql, waiting } = openAnswers()
  const asked = openDatabaseHealth({ ...deps, sql }, once)()
  waiting[0]?.(new Error('connect ECONNREFUSED'))
  expect(await asked).toEqual(databaseAway)
})

it('many who ask within a second cause one query, and the next second another', async () => {
  let now = 0
  const { sql, waiting } = openAnswers()
  const ask = openDatabaseHealth({ ...deps, sql }, once, () => now)
  const asked = Array.from({ length: 500 }, ask)
  waiting[0]?.()
  expect(await Promise.all(asked)).toEqual(Array(500).fill(null))
  now = 999
  await ask()
  expect(waiting).toHaveLength(1)
  now = 1000
  expect(await ask()).toBeNull()
  waiting[1]?.(new Error('gone'))
  await expect.poll(ask).toEqual(databaseAway)
  expect(waiting).toHaveLength(2)
})

it('gives an answer of the last three seconds at once, and an older one never', async () => {
  let now = 0
  const { sql, waiting } = openAnswers()
  const ask = openDatabaseHealth({ ...deps, sql }, once, () => now)
  const first = ask()
  waiting[0]?.()
  expect(await first).toBeNull()
  now = 2999
  expect(await ask()).toBeNull() // the second question has no answer yet
  now = 3000
  const waited = ask()
  waiting[1]?.(new Error('gone'))
  expect(await waited).toEqual(databaseAway)
})

it('does not wait long for a database that is silent, and asks it one question only', async () => {
  let now = 0
  const { sql, waiting } = openAnswers()
  const ask = openDatabaseHealth(
    { ...deps, sql },
    { databaseSeconds: 0.01, cacheSeconds: 1, staleSeconds: 3 },
    () => now,
  )
  for (; now < 20_000; now += 1000) expect(await ask()).toEqual(databaseAway)
  expect(waiting).toHaveLength(1)
})
