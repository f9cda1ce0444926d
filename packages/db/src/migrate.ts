import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { runMigrations } from 'graphile-worker'
import postgres from 'postgres'

const folder = fileURLToPath(new URL('../../../drizzle', import.meta.url))

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
