import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { runMigrations } from 'graphile-worker'
import postgres from 'postgres'
import { workspacePolicies } from './policies'

// Not `new URL(…, import.meta.url)`, which a bundler would bundle.
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../drizzle')

/** Migrates a database to the newest schema, including that of the job queue. Idempotent. */
export async function migrateDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await migrate(drizzle(client), { migrationsFolder: folder })
    await runMigrations({ connectionString: url, logger: undefined })
    await client.unsafe(openJobQueue)
    await client.unsafe(workspacePolicies)
  } finally {
    await client.end()
  }
}

/**
 * The tables of the job queue have row-level security without a policy, so only their owner can use them. Grants decide
 * who reaches them; with this policy, a role that has them can use the rows.
 */
const openJobQueue = `do $$ declare
  one record;
begin
  for one in select tablename from pg_tables where schemaname = 'graphile_worker' and rowsecurity loop
    if not exists (select from pg_policies where schemaname = 'graphile_worker' and tablename = one.tablename) then
      execute format('create policy palate on graphile_worker.%I using (true) with check (true)', one.tablename);
    end if;
  end loop;
end $$`
