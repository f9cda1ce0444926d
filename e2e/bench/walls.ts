// What row-level security costs: the procedures behind the pages, called with it and without it by turns, as the app's role.
import { appRouter, createCallerFactory } from '@palate/api'
import { CoreEnv, type Deps, openDepsFromEnv } from '@palate/core'
import postgres from 'postgres'
import { fillWorkspace } from './fill-workspace'
import { startStack } from './stack'
import { openWorkspace } from './workspace'

const calls = 200
const callsInTurn = 10
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

interface Page {
  page: string
  withoutMs: number
  withMs: number
  percent: number
}

async function main(): Promise<void> {
  const stack = await startStack({ hubs: 0 })
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  const { owner, close: closeOwner } = await openWorkspace(stack)
  const { deps, close } = await openDepsFromEnv(CoreEnv.parse(stack.env), {
    applicationName: 'bench',
    log: quiet,
  })
  try {
    if (owner.actor.kind !== 'user') throw new Error('The owner is a person.')
    const runId = await fillWorkspace(sql, owner.workspaceId, owner.actor.userId)
    const pages = await measure(sql, deps, {
      workspace: owner.workspaceId,
      userId: owner.actor.userId,
      runId,
    })
    process.stdout.write(`page                 without  with     more\n`)
    for (const { page, withoutMs, withMs, percent } of pages)
      process.stdout.write(
        `${page.padEnd(20)} ${withoutMs.toFixed(2).padStart(7)}  ${withMs.toFixed(2).padStart(7)}  ${percent.toFixed(1)} %\n`,
      )
    process.stdout.write(
      `${JSON.stringify({ pages, worst: Math.max(...pages.map(({ percent }) => percent)) })}\n`,
    )
  } finally {
    await Promise.all([close(), closeOwner(), sql.end()])
    await stack.stop()
  }
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
