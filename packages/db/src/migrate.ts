import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { runMigrations } from 'graphile-worker'
import postgres from 'postgres'

// Not `new URL(…, import.meta.url)`: a bundler takes that for a file to bundle.
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../drizzle')

/** Brings a database to the newest schema: ours, and the job queue's (jobs are added inside our transactions). Idempotent. */
export async function migrateDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await migrate(drizzle(client), { migrationsFolder: folder })
  } finally {
    await client.end()
  }
  await runMigrations({ connectionString: url, logger: undefined })
}
