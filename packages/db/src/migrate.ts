import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { runMigrations } from 'graphile-worker'
import postgres from 'postgres'

// Not `new URL(…, import.meta.url)`, which a bundler would bundle.
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../drizzle')

/** Migrates a database to the newest schema, including that of the job queue. Idempotent. */
export async function migrateDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await migrate(drizzle(client), { migrationsFolder: folder })
  } finally {
    await client.end()
  }
  await runMigrations({ connectionString: url, logger: undefined })
}
