import { type AskDatabase, openDatabaseHealth } from '@palate/core'
import { deps } from './deps'

// On the global object, for the same reason as the pools: one question a second per process.
const shared = globalThis as typeof globalThis & { palateDatabaseHealth?: AskDatabase }

/** Why the database of this process does not answer, as a client may know it; null where it does. */
export async function findDatabaseProblem() {
  shared.palateDatabaseHealth ??= openDatabaseHealth(await deps())
  return shared.palateDatabaseHealth()
}
