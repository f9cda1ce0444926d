// What row-level security costs: the procedures behind the pages, called with it and without it by turns, as the app's role.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appRouter, createCallerFactory } from '@palate/api'
import { bootstrapDemo, CoreEnv, type Deps, migrateDatabase, openDepsFromEnv } from '@palate/core'
import postgres from 'postgres'
import { startPostgres } from '../../scripts/lib/postgres.mjs'
import { fillWorkspace } from './fill-workspace'

const calls = 200
const callsInTurn = 10
const nothing = () => undefined
const log = { info: nothing, warn: nothing, error: (data: object) => console.error(data) }

interface Page {
  page: string
  withoutMs: number
  withMs: number
  percent: number
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'palate-bench-'))
  chmodSync(home, 0o755) // the database runs as its own user, who must be able to read the folder
  const server = await startPostgres(home, { databasePassword: randomBytes(16).toString('hex') })
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  await migrateDatabase(server.url)
  const { deps, close } = await openDepsFromEnv(
    CoreEnv.parse({
      DATABASE_URL: server.appUrl,
      PALATE_SECRET: randomBytes(32).toString('hex'),
      PALATE_STORAGE: join(home, 'objects'),
    }),
    { applicationName: 'palate-bench', log },
  )
  try {
    const { workspaceId, ownerId } = await bootstrapDemo(deps)
    const runId = await fillWorkspace(sql, workspaceId, ownerId)
    show(await measure(sql, deps, { workspace: workspaceId, userId: ownerId, runId }))
  } finally {
    await Promise.all([close(), sql.end()])
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

function show(pages: Page[]): void {
  process.stdout.write('page          without      with  more\n')
  for (const { page, withoutMs, withMs, percent } of pages)
    process.stdout.write(
      `${page.padEnd(12)} ${withoutMs.toFixed(2).padStart(8)}  ${withMs.toFixed(2).padStart(8)}  ${percent.toFixed(1)} %\n`,
    )
  const worst = Math.max(...pages.map(({ percent }) => percent))
  process.stdout.write(`${JSON.stringify({ pages, worst })}\n`)
}

type Asked = { workspace: string; userId: string; runId: string }

async function measure(sql: postgres.Sql, deps: Deps, asked: Asked): Promise<Page[]> {
  // Unbound pools see everything once the wall is down, so that both ways call the same verbs.
  const { db, bulk } = deps
  const without = pagesOf({ ...deps, within: () => ({ db, bulk }) }, asked)
  const behind = pagesOf(deps, asked)
  const times = without.map(() => ({ without: [] as number[], with: [] as number[] }))
  for (let turn = 0; turn < calls / callsInTurn; turn += 1) {
    await setWalls(sql, false)
    await timeTurn(without, times, 'without')
    await setWalls(sql, true)
    await timeTurn(behind, times, 'with')
  }
  return without.map(({ page }, index) => {
    const taken = times[index] ?? { without: [], with: [] }
    const withoutMs = median(taken.without)
    const withMs = median(taken.with)
    return { page, withoutMs, withMs, percent: (withMs / withoutMs - 1) * 100 }
  })
}

type Times = { without: number[]; with: number[] }[]

async function timeTurn(
  pages: ReturnType<typeof pagesOf>,
  times: Times,
  way: 'without' | 'with',
): Promise<void> {
  for (const { ask } of pages) await ask()
  for (let call = 0; call < callsInTurn; call += 1)
    for (const [index, { ask }] of pages.entries()) {
      const start = performance.now()
      await ask()
      times[index]?.[way].push(performance.now() - start)
    }
}

/** Each page with the procedures that it asks when it opens, at once as the page does. */
function pagesOf(deps: Deps, { workspace, userId, runId }: Asked) {
  const { run, overview, label, variant, model, agent, dataset, evaluation, persona, session } =
    createCallerFactory(appRouter)({ deps, caller: { kind: 'user', userId }, workspace })
  const run1 = { id: runId }
  return [
    { page: 'overview', ask: () => Promise.all([session.me(), overview.get()]) },
    { page: 'runs', ask: () => Promise.all([run.list(), run.queue()]) },
    {
      page: 'run',
      ask: () =>
        Promise.all([run.get(run1), run.metrics({ runId }), run.samples({ runId }), run.summary(run1)]),
    },
    { page: 'run logs', ask: () => run.logs({ runId }) },
    { page: 'labels', ask: () => label.summary() },
    { page: 'variants', ask: () => variant.batches() },
    { page: 'models', ask: () => model.list() },
    { page: 'agents', ask: () => agent.list() },
    { page: 'datasets', ask: () => dataset.list() },
    { page: 'evaluations', ask: () => evaluation.list() },
    { page: 'personas', ask: () => persona.list() },
  ]
}

async function setWalls(sql: postgres.Sql, up: boolean): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_policies where schemaname = 'public' and policyname = 'workspace'`
  for (const { name } of tables)
    await sql.unsafe(`alter table "${name}" ${up ? 'enable' : 'disable'} row level security`)
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

await main()
