import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase, openDatabase } from '@palate/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseFolder, type Postgres, startPostgres } from './lib/postgres.mjs'
import { serverUser } from './lib/postgres-user.mjs'
import { waitFor } from './lib/process.mjs'

let home = ''
let postgres: Postgres
const settings = { databasePassword: 'the-password-of-the-owner' }

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'palate-home-'))
  await chmod(home, 0o755)
  postgres = await startPostgres(home, settings)
  await migrateDatabase(postgres.url)
})

afterAll(async () => {
  await postgres.stop()
  await rm(databaseFolder(home), { recursive: true, force: true })
  await rm(home, { recursive: true, force: true })
})

async function asApp<Result>(work: (database: ReturnType<typeof openDatabase>) => Promise<Result>) {
  const database = openDatabase(postgres.appUrl)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

test('web and hub connect with a role that can neither bypass nor change the schema', async () => {
  await asApp(async ({ sql: ask, within }) => {
    const [role] =
      await ask`select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user`
    expect({ ...role }).toEqual({
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolbypassrls: false,
    })
    await expect(ask`drop table run`).rejects.toThrow('must be owner')
    await expect(ask`select * from pg_authid`).rejects.toThrow('permission denied')
    const insert = "insert into workspace (id, slug, name) values ('ws_1', 'one', 'One')"
    await expect(ask.unsafe(insert)).rejects.toThrow('row-level security')
    const { db } = within('ws_1')
    await db.execute(insert)
    expect(await ask`delete from workspace where id = 'ws_1' returning id`).toHaveLength(0)
    expect(await db.execute("delete from workspace where id = 'ws_1' returning id")).toHaveLength(1)
  })
})

test('the job queue works with that role', async () => {
  await asApp(async ({ sql: ask }) => {
    await ask`select graphile_worker.add_job('greet', '{"to": "world"}'::json)`
    const [job] = await ask`update graphile_worker._private_jobs set locked_at = now() returning id, payload`
    expect(job?.payload).toEqual({ to: 'world' })
    await ask`delete from graphile_worker._private_jobs where id = ${job?.id}`
    expect(await ask`select * from graphile_worker._private_jobs`).toEqual([])
  })
})

test('passwords are checked by scram, and no socket file is open to other users', async () => {
  const rules = readFileSync(join(databaseFolder(home), 'pg_hba.conf'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  for (const line of rules) expect(line).toMatch(/scram-sha-256$/)
  const port = new URL(postgres.url).port
  expect(readdirSync('/tmp').filter((name) => name.startsWith(`.s.PGSQL.${port}`))).toEqual([])
  expect(existsSync(join(databaseFolder(home), 'PG_VERSION'))).toBe(true)
})

test('a PostgreSQL that is killed comes back at the same port with its data', async () => {
  const insert = "insert into workspace (id, slug, name) values ('ws_2', 'two', 'Two')"
  await asApp(({ within }) => within('ws_2').db.execute(insert))
  for (const signal of ['SIGKILL', 'SIGQUIT'] as const) {
    process.kill(postgres.child.process?.pid ?? 0, signal)
    await waitFor('Its end', async () => !postgres.child.isUp)
    await waitFor('PostgreSQL', async () => postgres.child.isUp)
    await asApp(async ({ within }) =>
      expect(await within('ws_2').db.execute("select id from workspace where id = 'ws_2'")).toHaveLength(1),
    )
  }
})

test('a lock file that names a process of another program stops no start', async () => {
  await postgres.stop()
  // As after a restart of the machine, when another process has got the number of the old server.
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], serverUser() ?? {})
  writeFileSync(join(databaseFolder(home), 'postmaster.pid'), `${stranger.pid}\n`)
  try {
    postgres = await startPostgres(home, settings)
  } finally {
    stranger.kill('SIGKILL')
  }
})

test('a second start prepares the same roles', async () => {
  await postgres.stop()
  postgres = await startPostgres(home, settings)
  await asApp(async ({ sql: ask }) => expect(await ask`select count(*) from run`).toHaveLength(1))
})
