import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Bound } from './client'
import { allWorkspaces, bindStatement, bindTransaction } from './tenant'
import { createTestDatabase } from './testing'
import { rowsOf } from './transaction'

const database = await createTestDatabase()
const { owner } = database

/** The tables without a workspace, and why they need no wall of their own. */
const withoutWorkspace = {
  user: 'an account, which may be a member of several workspaces',
  session: 'of an account',
  sign_in_attempt: 'of an address',
  budget_use: 'of an address, an account or a workspace, counted and soon forgotten; it holds no content',
  metric_point: 'reached through its series; a policy would refuse COPY',
}

const tables = await owner<{ name: string; tenant: string | null }[]>`
  select c.relname as name, case when c.relname = 'workspace' then 'id' else a.attname end as tenant
  from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
  left join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
  where c.relkind in ('r', 'p') order by c.relname`
const walled = tables.flatMap(({ name, tenant }) => (tenant ? [{ name, tenant }] : []))

// A row of each table in two workspaces, without the rows that they would refer to.
await owner.begin(async (tx) => {
  await tx`set local session_replication_role = replica`
  for (const workspace of ['ws_a', 'ws_b'])
    for (const { name, tenant } of walled)
      await tx`insert into ${tx(name)} ${tx(await rowOf(name, tenant, workspace))}`
})

async function rowOf(name: string, tenant: string, workspace: string) {
  const columns = await owner<{ column: string; type: string }[]>`
    select column_name as column, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name = ${name} and is_generated = 'NEVER' and is_nullable = 'NO'
    and (column_default is null or column_name = ${tenant})`
  const values: Record<string, unknown> = { bytea: Buffer.from('x'), ARRAY: [], jsonb: {}, boolean: true }
  const fill = (column: string, type: string) =>
    column === tenant
      ? workspace
      : type.startsWith('timestamp')
        ? new Date(0)
        : (values[type] ?? (type === 'text' ? `${column} ${workspace}` : 100))
  return Object.fromEntries(columns.map(({ column, type }) => [column, fill(column, type)]))
}

/** Runs something and takes it back. */
async function tried<Result>(
  { db }: Bound,
  work: (ask: (text: string) => Promise<unknown[]>) => Promise<Result>,
) {
  const undone = new Error('undone')
  let result: Result | undefined
  await db
    .transaction(async (tx) => {
      result = await work(async (text) => rowsOf(await tx.execute(sql.raw(text))))
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  return result
}

test('every table has the wall, or a reason for having none', () => {
  const names = tables.filter(({ tenant }) => !tenant).map(({ name }) => name)
  expect(names).toEqual(Object.keys(withoutWorkspace).sort())
  expect(walled.length).toBeGreaterThan(30)
})

test('the app connects as a role that cannot pass the wall', async () => {
  const [role] = await database.sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`
  expect({ ...role }).toEqual({ rolsuper: false, rolbypassrls: false })
  const [open] =
    await owner`select count(*)::int as n from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relname in ${owner(walled.map(({ name }) => name))}
    and not (relrowsecurity and relforcerowsecurity)`
  expect(open?.n).toBe(0)
})

test.each(walled)(
  '$name: a statement that forgets its workspace reaches no other',
  async ({ name, tenant }) => {
    const inA = database.within('ws_a')
    const seen = (bound: Bound) =>
      tried(bound, (ask) => ask(`select ${tenant} as of from "${name}" order by 1`))
    expect(await seen(inA)).toEqual([{ of: 'ws_a' }])
    expect(await seen(database.within('ws_c'))).toEqual([])
    expect(await seen(database.within(allWorkspaces))).toEqual([{ of: 'ws_a' }, { of: 'ws_b' }])
    expect(await seen(database)).toEqual([])
    expect(rowsOf(await inA.db.execute(sql.raw(`select ${tenant} as of from "${name}"`)))).toEqual([
      { of: 'ws_a' },
    ])
    const deleted = await inA.bulk.transaction(async (tx) =>
      rowsOf(await tx.execute(sql.raw(`select ${tenant} as of from "${name}"`))),
    )
    expect(deleted).toEqual([{ of: 'ws_a' }])
  },
)

test.each(walled)('$name: nothing can be written into another workspace', async ({ name, tenant }) => {
  const inA = database.within('ws_a')
  const foreign = await rowOf(name, tenant, 'ws_b')
  const columns = Object.keys(foreign).map((column) => `"${column}"`)
  const copy = `insert into "${name}" (${columns.join(', ')}) select ${columns.join(', ')} from
    jsonb_populate_record(null::"${name}", '${JSON.stringify(foreign, (_, value) => (value?.type === 'Buffer' ? '\\x78' : value))}')`
  const failure = tried(inA, (ask) => ask(copy))
  await expect(failure).rejects.toMatchObject({ cause: { code: '42501' } })
  await expect(tried(inA, (ask) => ask(`update "${name}" set ${tenant} = 'ws_b'`))).rejects.toMatchObject({
    cause: { code: '42501' },
  })
})

test('nothing of the binding is left on a connection', async () => {
  const one = async () =>
    rowsOf<{ of: string | null }>(
      await database.db.execute(sql`select current_setting('app.workspace', true) as of`),
    )
  for (let times = 0; times < 20; times += 1) {
    await database.within('ws_a').db.execute(sql`select 1`)
    expect(['', null]).toContain((await one())[0]?.of)
  }
})

test('a failed statement is named, and its connection serves the next', async () => {
  const { db } = database.within('ws_a')
  for (let times = 0; times < 12; times += 1)
    await expect(db.execute(sql`select 1 / ${0}::int`)).rejects.toMatchObject({ cause: { code: '22012' } })
  expect(
    await Promise.all(Array.from({ length: 30 }, (_, n) => db.execute(sql`select ${n}::int as n`))),
  ).toHaveLength(30)
})

test('a transaction can be narrowed to what it found', async () => {
  const { db } = database.within(allWorkspaces)
  await db.transaction(async (tx) => {
    await bindTransaction(tx, 'ws_b')
    expect(rowsOf(await tx.execute(sql`select id from workspace`))).toEqual([{ id: 'ws_b' }])
  })
})

test.each(["ws' or true --", '', '**', 'a b'])('%j is no workspace', (text) => {
  expect(() => bindStatement(text)).toThrow('is not the id of a workspace')
})
