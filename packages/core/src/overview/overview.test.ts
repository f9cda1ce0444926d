import { dataset, datasetVersion, evaluation, newId, run, variantBatch } from '@palate/db'
import { createAgentRow } from '@palate/db/testing'
import { eq, inArray } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { saveDeployment } from '../deployment'
import { createEvaluation } from '../evaluation'
import { applyRules } from '../label'
import { seedPersonas } from '../persona'
import { createAnsweredBatch, createModel, createTestDeps, createWorkspaceFixture } from '../testing'
import { createBatch } from '../variant'
import { getOverview } from './index'
import { planLoop } from './plan'
import type { OverviewFacts } from './station'

const deps = await createTestDeps()

const empty: OverviewFacts = {
  workspaceName: 'Test workspace',
  recipes: 0,
  datasets: 0,
  importing: false,
  baseModels: 0,
  addingModels: null,
  failedModel: null,
  pretraining: null,
  personas: 0,
  pairs: 0,
  writing: null,
  decided: 0,
  unlabeled: 0,
  personVotes: 0,
  ruleVotes: 0,
  open: 0,
  adapters: 0,
  tuning: null,
  evaluated: false,
  evaluations: 0,
  evaluating: null,
  deployments: 0,
  tunedServes: false,
}
const training = (id: string) => ({ id, started: 1, queued: 0 })
const seeded = { personas: 6 }
const withData = { ...seeded, datasets: 1, recipes: 402 }
const withModel = { ...withData, baseModels: 1 }
const withPairs = { ...withModel, pairs: 144, unlabeled: 144, open: 144 }
const labeled = { ...withPairs, decided: 90, unlabeled: 0, personVotes: 20, ruleVotes: 144 }
const tuned = { ...labeled, adapters: 1 }
const evaluated = { ...tuned, evaluations: 1, evaluated: true }

test('a training in progress counts at its station', () => {
  const stationOf = (facts: Partial<OverviewFacts>, key: string) =>
    planLoop({ ...empty, ...facts }).stations.find((one) => one.key === key)
  expect(stationOf({ ...withData, pretraining: training('run_1') }, 'base-model')).toMatchObject({
    count: 1,
    detail: '1 in training',
  })
  expect(stationOf({ ...tuned, tuning: { id: 'run_3', started: 1, queued: 2 } }, 'runs')).toMatchObject({
    count: 4,
    detail: '1 tuned model, 1 in training, 2 queued',
  })
  expect(
    stationOf({ ...withData, pretraining: { id: 'run_1', started: 0, queued: 1 } }, 'base-model'),
  ).toMatchObject({ count: 1, detail: '1 queued' })
})

test('a station that is done stays done while its work is done again', () => {
  const all = { ...empty, ...evaluated, deployments: 1, tunedServes: true }
  const doneOf = (facts: OverviewFacts) => planLoop(facts).stations.filter(({ done }) => done).length
  const queued = { id: 'run_9', started: 0, queued: 1 }
  const again = [
    { importing: true },
    { addingModels: queued },
    { pretraining: queued },
    { tuning: queued },
    { writing: 'batch_9' },
    { evaluating: 'eval_9' },
  ]
  for (const one of again) {
    expect(doneOf({ ...all, ...one }), Object.keys(one)[0]).toBe(9)
    expect(planLoop({ ...all, ...one }).stations.filter(({ state }) => state === 'live')).toHaveLength(1)
  }
})

test.each<[string, Partial<OverviewFacts>, string | null, string | null]>([
  ['a new workspace', seeded, 'datasets', '/datasets'],
  [
    'a dataset is imported: the model does not wait for it',
    { ...seeded, importing: true },
    'base-model',
    '/models',
  ],
  ['a dataset', withData, 'base-model', '/models'],
  ['a model is added', { ...withData, addingModels: training('run_1') }, 'base-model', '/runs/run_1'],
  ['a starter model trains', { ...withData, pretraining: training('run_1') }, 'base-model', '/runs/run_1'],
  ['no persona', { ...withModel, personas: 0 }, 'personas', '/personas'],
  ['everything that variants need', withModel, 'variants', '/variants'],
  ['a batch without a pair yet', { ...withModel, writing: 'batch_1' }, 'variants', '/variants/batch_1'],
  ['a batch with pairs', { ...withPairs, writing: 'batch_1' }, 'labels', '/labels/session'],
  ['no vote yet', withPairs, 'labels', '/labels/session'],
  ['some votes', { ...withPairs, decided: 9, unlabeled: 130 }, 'labels', '/labels'],
  ['all labeled, nothing decided', { ...withPairs, decided: 1, unlabeled: 0 }, 'labels', '/variants'],
  ['a small batch, all labeled', { ...withPairs, pairs: 6, decided: 4, unlabeled: 0 }, 'runs', '/runs'],
  [
    'the rules labeled all pairs while more are written',
    { ...withPairs, pairs: 35, decided: 24, unlabeled: 0, writing: 'batch_1' },
    'labels',
    '/variants/batch_1',
  ],
  ['enough labels', labeled, 'runs', '/runs'],
  ['the training runs', { ...labeled, tuning: training('run_2') }, 'runs', '/runs/run_2'],
  ['a tuned model', tuned, 'evaluations', '/evaluations'],
  ['the evaluation runs', { ...tuned, evaluating: 'eval_1' }, 'evaluations', '/evaluations/eval_1'],
  ['evaluated', evaluated, 'models', '/models'],
  ['only the base serves', { ...evaluated, deployments: 1 }, 'models', '/models'],
  ['all stations are done', { ...evaluated, deployments: 1, tunedServes: true }, null, null],
])('%s: one next step', (_, facts, key, href) => {
  const { stations, next } = planLoop({ ...empty, ...facts })
  expect(next?.key ?? null).toBe(key)
  expect(next?.href ?? null).toBe(href)
  expect(stations).toHaveLength(9)
  expect(stations.filter(({ state }) => state === 'next').length).toBeLessThanOrEqual(1)
  if (next && stations.every(({ state }) => state !== 'live'))
    expect(stations.find(({ state }) => state === 'next')?.key).toBe(next.key)
})

test('the overview follows a workspace through the whole loop', async () => {
  const { owner, engineer, viewer, workspaceId } = await createWorkspaceFixture(deps)
  const at = async () => (await getOverview(viewer)).next?.key ?? null
  expect((await getOverview(viewer)).needs.map(({ title }) => title)).toEqual(['No agent is enrolled'])
  await deps.all.transaction((tx) => seedPersonas(tx, owner))
  expect(await at()).toBe('datasets')
  const datasetId = newId('data')
  await deps.all.insert(dataset).values({ id: datasetId, workspaceId, name: 'Recipes' })
  for (const [number, rowsKept] of [
    [1, 40],
    [2, 50],
  ] as const)
    await deps.all.insert(datasetVersion).values({
      id: newId('dver'),
      workspaceId,
      datasetId,
      number,
      format: 'recipe-jsonl',
      filename: 'recipes.jsonl',
      status: 'ready',
      rowsKept,
    })
  const overview = await getOverview(viewer)
  expect(overview.next).toMatchObject({ key: 'base-model', action: 'add-smollm2' })
  expect(overview.stations.find(({ key }) => key === 'datasets')).toMatchObject({
    state: 'done',
    count: 50,
    detail: '50 recipes',
  })
  const base = await createModel(deps, workspaceId)
  expect(await at()).toBe('variants')
  const created = await createBatch(engineer, { promptsPerPersona: 1, datasetVersionId: null })
  expect((await getOverview(viewer)).next).toMatchObject({ key: 'variants', href: `/variants/${created.id}` })
  await deps.all.delete(variantBatch).where(eq(variantBatch.id, created.id))
  await createAnsweredBatch(engineer, { promptsPerPersona: 1, datasetVersionId: null }, ({ slot }) =>
    slot === 'a' ? '# Soup\n\n## Ingredients\n- 1 leek\n\n## Method\n1. Cook.' : 'no recipe',
  )
  expect(await at()).toBe('labels')
  await applyRules(engineer)
  expect(await at()).toBe('runs')
  const adapter = await createModel(deps, workspaceId, base)
  expect(await at()).toBe('evaluations')
  const { id } = await createEvaluation(engineer, { caseLimit: 1, samplesPerCase: 1 })
  const live = await getOverview(viewer)
  expect(live.next).toMatchObject({ key: 'evaluations', href: `/evaluations/${id}` })
  expect(live.activeRun?.kind).toBe('generate')
  await deps.all.update(evaluation).set({ status: 'ready' }).where(eq(evaluation.id, id))
  expect(await at()).toBe('models')
  await saveDeployment(engineer, {
    slug: workspaceId.replace('_', '-'),
    title: 'Palate',
    modelVersionId: adapter.id,
  })
  expect(await at()).toBeNull()
})

test('an adapter that came with an imported model is not one that was trained on votes', async () => {
  const { viewer, engineer, workspaceId } = await createWorkspaceFixture(deps)
  const before = (await getOverview(viewer)).stations.find(({ key }) => key === 'runs')
  const base = await createModel(deps, workspaceId)
  const adapter = await createModel(deps, workspaceId, base)
  await deps.all
    .update(run)
    .set({ kind: 'import' })
    .where(inArray(run.id, [base.runId, adapter.runId]))
  await saveDeployment(engineer, { slug: 'imported', title: 'Palate', modelVersionId: adapter.id })
  const { stations } = await getOverview(viewer)
  expect(stations.find(({ key }) => key === 'runs')).toMatchObject({ state: before?.state, count: 0 })
  for (const key of ['evaluations', 'models'])
    expect(stations.find((station) => station.key === key)?.state).not.toBe('done')
})

test('lists what needs a person, in this workspace only', async () => {
  const { viewer, workspaceId } = await createWorkspaceFixture(deps)
  const stranger = await createWorkspaceFixture(deps)
  await createAgentRow(deps.all, workspaceId)
  await deps.all.insert(run).values({
    id: newId('run'),
    workspaceId,
    number: 1,
    name: 'starter',
    kind: 'pretrain',
    status: 'failed',
    seed: 1,
    config: {},
    failure: { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Use less.' },
    createdAt: deps.now(),
  })
  expect((await getOverview(viewer)).needs.map(({ title, detail }) => [title, detail])).toEqual([
    ['No agent is online', 'Runs wait, and the chat cannot answer.'],
    ['Run 1 failed', 'Memory ran out.'],
  ])
  expect(await getOverview(stranger.viewer)).toMatchObject({ activeRun: null, figures: null })
  expect((await getOverview(stranger.viewer)).needs).toHaveLength(1)
})
