import { createTickets, type Deps, type Logger } from '@palate/core'
import { openDatabase } from '@palate/db'
import { openObjectStore } from '@palate/storage'
import { env } from './env'

/** One JSON line an entry on the process's own output; errors keep their stack. */
const write = (level: string) => (data: Record<string, unknown>, text: string) => {
  const plain = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, value instanceof Error ? value.stack : value]),
  )
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), text, ...plain })}\n`)
}

const log: Logger = { info: write('info'), warn: write('warn'), error: write('error') }

async function open(): Promise<Deps> {
  const { DATABASE_URL, PALATE_SECRET, PALATE_STORAGE } = env()
  const { db, sql } = openDatabase(DATABASE_URL, { applicationName: 'palate-web' })
  const storage = await openObjectStore({ kind: 'folder', root: PALATE_STORAGE })
  return { db, sql, storage, tickets: createTickets(PALATE_SECRET), now: () => new Date(), log }
}

// Kept on the global object: Next loads a module once a bundle, and the pools must be opened once a process.
const shared = globalThis as typeof globalThis & { palateDeps?: Promise<Deps> }

/** What core's verbs need, opened once a process. */
export function deps(): Promise<Deps> {
  shared.palateDeps ??= open()
  return shared.palateDeps
}
