import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@palate/db/testing'
import { openObjectStore } from '@palate/storage'
import { afterAll } from 'vitest'
import type { Deps } from '../context'
import { leaseMs } from '../run/state/attempt-transition'
import { createSealer } from '../secret'
import { createTickets } from '../ticket'

export interface TestDeps extends Deps, Pick<TestDatabase, 'url' | 'all' | 'owner'> {
  /** Moves the verbs' clock forward. It starts at the real time and does not run. */
  advance(ms: number): void
}

/** What fixtures need: `all` sees every workspace. */
export type Arranging = Deps & Pick<TestDeps, 'all'>

const secret = 'a secret that only the tests know'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What a process opens once, for a test file: a database of its own, a folder store, tickets under a fixed secret. */
export async function createTestDeps(): Promise<TestDeps> {
  const root = await mkdtemp(join(tmpdir(), 'palate-store-'))
  afterAll(() => rm(root, { recursive: true, force: true }))
  const { close: _, ...database } = await createTestDatabase()
  let now = Date.now()
  return {
    ...database,
    storage: await openObjectStore({ kind: 'folder', root }),
    tickets: createTickets(secret),
    sealer: createSealer(secret),
    now: () => new Date(now),
    leaseMs,
    log: quiet,
    advance: (ms) => {
      now += ms
    },
  }
}
