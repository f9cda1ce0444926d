// The roles of the database: `palate` owns the tables and migrates them; `palate_app`, as which web and hub connect, reads
// and writes rows and can do nothing else.
import { createHmac } from 'node:crypto'

export const appRole = 'palate_app'

/** The password of the app's role, made from the owner's: the owner's cannot be made from it. @param {string} ownerPassword */
export const appPassword = (ownerPassword) =>
  createHmac('sha256', ownerPassword).update(appRole).digest('hex')

/** The schemas that a process of Palate writes to; the second is that of the job queue. */
const schemas = ['public', 'graphile_worker']

/**
 * Makes the app's role, and lets it use the tables that exist and those that the owner will make. Idempotent: it runs at
 * each start.
 *
 * @param {{ query: (sql: string) => Promise<unknown> }} client of the owner, in the database `palate`
 * @param {string} ownerPassword
 */
export async function prepareRoles(client, ownerPassword) {
  const rights = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls'
  await client.query(`do $$ begin
    if not exists (select from pg_roles where rolname = '${appRole}') then create role ${appRole}; end if;
  end $$`)
  await client.query(`alter role ${appRole} login ${rights} password '${appPassword(ownerPassword)}'`)
  for (const schema of schemas) {
    await client.query(`create schema if not exists ${schema}`)
    await client.query(`grant usage on schema ${schema} to ${appRole}`)
    await client.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${appRole}`)
    await client.query(`grant usage, select on all sequences in schema ${schema} to ${appRole}`)
    await client.query(`grant execute on all functions in schema ${schema} to ${appRole}`)
    const byDefault = `alter default privileges in schema ${schema} grant`
    await client.query(`${byDefault} select, insert, update, delete on tables to ${appRole}`)
    await client.query(`${byDefault} usage, select on sequences to ${appRole}`)
    await client.query(`${byDefault} execute on functions to ${appRole}`)
  }
  // The hub's rate limit makes its own table.
  await client.query(`grant create on schema public to ${appRole}`)
}
