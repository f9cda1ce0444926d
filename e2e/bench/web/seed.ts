import postgres from 'postgres'
import type { Stack } from '../stack'
import { openWorkspace } from '../workspace'

/** How full the workspace is: what the pages are measured with. */
const size = { members: 50, runs: 200, pointsPerSeries: 500, datasets: 12, batches: 20, pairs: 100_000 }

/** Addresses of things in the seeded workspace. */
export interface Seeded {
  run: string
  batch: string
  dataset: string
  evaluation: string
  persona: string
}

/** Fills the demo workspace as a team would in some months. Rows go in by SQL, a table at a time. */
export async function seed(stack: Pick<Stack, 'env' | 'databaseUrl'>): Promise<Seeded> {
  const workspace = await openWorkspace(stack)
  const [machine] = await workspace.enroll(1)
  const [template] = await workspace.queue(1)
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    const [owner] =
      await sql`select workspace_id as id, created_by as person from run where id = ${template ?? ''}`
    if (!machine || !owner) throw new Error('The bench could not make its first run.')
    // One connection: the setting holds for all that follows.
    await sql`select set_config('app.workspace', ${owner.id}, false)`
    await addMembers(sql, owner.id)
    await addRuns(sql, template ?? '', machine.agentId)
    await addModels(sql, owner.id)
    await addDatasets(sql, owner.id)
    await addPairs(sql, owner.id, owner.person)
    await addEvaluations(sql, owner.id)
    await sql`analyze`
    return await findSeeded(sql, owner.id)
  } finally {
    await sql.end()
    await workspace.close()
  }
}

type Sql = postgres.Sql

async function addMembers(sql: Sql, workspace: string): Promise<void> {
  await sql`insert into "user" (id, email, name, password_hash)
    select 'user_bench' || n, 'person' || n || '@palate.example', 'Person ' || n, '' from generate_series(2, ${size.members}::int) n`
  await sql`insert into membership (id, workspace_id, user_id, role)
    select 'membership_bench' || n, ${workspace}, 'user_bench' || n, 'labeler' from generate_series(2, ${size.members}::int) n`
}

/** Copies of a run that a person created, ended but for some, each with four curves. */
async function addRuns(sql: Sql, template: string, agent: string): Promise<void> {
  await sql`insert into run (id, workspace_id, number, name, kind, status, seed, config, needs, inputs, lineage, progress, created_by, created_at, started_at, finished_at)
    select 'run_bench' || n, workspace_id, number + n, 'starter ' || n, kind,
      case when n % 20 = 0 then 'queued' when n % 13 = 0 then 'canceled' else 'finished' end, seed, config, needs, inputs, lineage,
      case when n % 20 <> 0 then jsonb_build_object('stage', 'training', 'step', 500, 'totalSteps', 500, 'at', 0, 'marks', '[]'::jsonb) end,
      created_by, now() - (n || ' hours')::interval, now() - (n || ' hours')::interval, now() - (n || ' hours')::interval + interval '12 minutes'
    from run, generate_series(1, ${size.runs - 1}::int) n where id = ${template}`
  await sql`insert into attempt (id, workspace_id, run_id, number, agent_id, epoch, status, lease_expires_at, started_at, ended_at)
    select 'attempt_' || id, workspace_id, id, 1, ${agent}, 1, 'finished', finished_at, started_at, finished_at
    from run where status = 'finished'`
  await sql`insert into metric_series (workspace_id, run_id, attempt_id, key, axis)
    select a.workspace_id, a.run_id, a.id, k.key, 'step'
    from attempt a, unnest(array['loss', 'learning_rate', 'grad_norm', 'tokens_per_second']) as k (key)`
  await sql`insert into metric_point (series_id, position, time, value)
    select s.id, n, now(), exp(-n / 200.0) + 0.05 * sin(n + s.id) from metric_series s, generate_series(1, ${size.pointsPerSeries}::int) n`
}

async function addModels(sql: Sql, workspace: string): Promise<void> {
  const file = sql.json({ name: 'model.gguf', storageKey: 'none', sizeBytes: 93_000_000, sha256: 'none' })
  await sql`insert into model_version (id, workspace_id, name, number, kind, run_id, base_id, files, gguf)
    select 'model_bench' || n, ${workspace}, case when n <= 3 then 'starter' else 'palate' end, n,
      case when n <= 3 then 'base' else 'adapter' end, 'run_bench' || n, case when n > 3 then 'model_bench' || (n % 3 + 1) end, '[]', ${file}
    from generate_series(1, 12) n`
}

async function addDatasets(sql: Sql, workspace: string): Promise<void> {
  const profile = sql.json({
    ...{ dropped: [], lengthMedian: 600, lengthMax: 2000, preview: [] },
    lengthHistogram: [{ from: 0, to: 2000, count: 1000 }],
    splits: { train: 900, validation: 50, test: 50 },
  })
  await sql`insert into dataset (id, workspace_id, name)
    select 'dataset_bench' || n, ${workspace}, 'recipes ' || n from generate_series(1, ${size.datasets}::int) n`
  await sql`insert into dataset_version (id, workspace_id, dataset_id, number, format, filename, status, rows_read, rows_kept, rows_dropped, profile)
    select 'datasetversion_bench' || n, ${workspace}, 'dataset_bench' || n, 1, 'recipe-jsonl', 'recipes.jsonl', 'ready', 1020, 1000, 20, ${profile}
    from generate_series(1, ${size.datasets}::int) n`
}

const recipe = `Tomato beans\n\nIngredients:\n- 400 g white beans\n- 2 tomatoes\n- 1 clove garlic\n\nSteps:\n1. Chop the garlic and the tomatoes.\n2. Cook them with the beans for ten minutes.\n`

async function addPairs(sql: Sql, workspace: string, person: string): Promise<void> {
  const settings = sql.json({
    ...{ promptsPerPersona: 100, seed: 1, modelVersionIds: ['model_bench1'], variantsPerPrompt: 2 },
    ...{ full: { temperature: 0.8 }, weak: { temperature: 1 } },
  })
  const sampling = sql.json({ temperature: 0.8 })
  await sql`insert into variant_batch (id, workspace_id, number, dataset_version_id, run_id, status, settings)
    select 'batch_bench' || n, ${workspace}, n, 'datasetversion_bench1', 'run_bench' || n, 'ready', ${settings}
    from generate_series(1, ${size.batches}::int) n`
  await sql`insert into prompt (id, workspace_id, batch_id, persona_version_id, seq, inventory, request)
    select 'prompt_bench' || n, ${workspace}, 'batch_bench' || (1 + n % ${size.batches}::int), p.ids[1 + n % array_length(p.ids, 1)], n,
      array['white beans', 'tomato', 'garlic'], 'Something warm for tonight'
    from generate_series(1, ${size.pairs}::int) n, (select array_agg(id) as ids from persona_version where workspace_id = ${workspace}) p`
  await sql`insert into variant (id, workspace_id, prompt_id, seq, style, model_version_id, persona_version_id, system, sampling, text, tokens, readable)
    select 'variant_bench' || s || '_' || substr(p.id, 13), p.workspace_id, p.id, s, case when s = 0 then 'full' else 'weak' end, 'model_bench1', p.persona_version_id,
      'You write recipes.', ${sampling}, ${recipe} || s, 120, true
    from prompt p, generate_series(0, 1) s where p.workspace_id = ${workspace}`
  await sql`insert into pair (id, workspace_id, prompt_id, variant_a_id, variant_b_id)
    select 'pair_bench' || substr(id, 13), workspace_id, id, 'variant_bench0_' || substr(id, 13), 'variant_bench1_' || substr(id, 13)
    from prompt where workspace_id = ${workspace}`
  await sql`insert into vote (id, workspace_id, pair_id, source, user_id, persona_version_id, choice, shown_order, duration_ms)
    select 'vote_' || p.id, p.workspace_id, p.id, 'person', ${person}, q.persona_version_id, 'a', 'ab', 4000
    from pair p join prompt q on q.id = p.prompt_id where q.seq <= 5000`
}

async function addEvaluations(sql: Sql, workspace: string): Promise<void> {
  const rate = { value: 60, low: 50, high: 70, n: 144 }
  const side = { violations: rate, ingredientUse: rate, format: rate }
  const change = { value: 4, low: -2, high: 10 }
  const summary = sql.json({
    ...{ base: side, tuned: side, winRate: { ...rate, wins: 80, ties: 10, losses: 54 }, byCategory: {} },
    difference: { violations: change, ingredientUse: change, format: change },
  })
  await sql`insert into suite (id, workspace_id, name, sha256) values ('suite_bench', ${workspace}, 'suite', 'bench')`
  await sql`insert into evaluation (id, workspace_id, number, suite_id, base_model_version_id, tuned_model_version_id, run_id, status, samples_per_case, sampling, summary, finished_at)
    select 'evaluation_bench' || n, ${workspace}, n, 'suite_bench', 'model_bench1', 'model_bench4', 'run_bench' || n, 'ready', 2, '{}', ${summary}, now()
    from generate_series(1, 20) n`
}

async function findSeeded(sql: Sql, workspace: string): Promise<Seeded> {
  const [persona] = await sql`select id from persona where workspace_id = ${workspace} order by id limit 1`
  return {
    run: 'run_bench1',
    batch: 'batch_bench1',
    dataset: 'datasetversion_bench1',
    evaluation: 'evaluation_bench1',
    persona: String(persona?.id),
  }
}
