import { agent, attempt, modelVersion } from '@palate/db'
import { type PreflightReport, type RunSummary, type TrainerEvent, trainerDefaults } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { setAgentPrice } from '../../agent'
import type { AgentContext } from '../../context'
import {
  createAgent,
  createModel,
  createTestDeps,
  createWorkspaceFixture,
  recordEvents,
  requestWork,
  type WorkspaceFixture,
} from '../../testing'
import { claimRun, createRun, expireLeases, getRun } from '..'
import { getEstimateFacts } from '../estimate-facts'
import { leaseMs } from '../state/attempt-transition'
import { getRunSummary, sumCost } from '../summary'
import { loadEstimateRows, sizeOfPairs } from './rows'
import { loadSpeeds } from './speeds'

const deps = await createTestDeps()

const llama3B = {
  ...{ hidden_size: 3072, num_hidden_layers: 28, num_attention_heads: 24, num_key_value_heads: 8 },
  ...{ intermediate_size: 8192, vocab_size: 128_256, tie_word_embeddings: true, head_dim: 128 },
}
const summary: RunSummary = {
  ...{ seconds: 130, trainSeconds: 100, usefulTokens: 1_000_000, usefulTokensPerSecond: 10_000 },
  ...{ scoredTokens: 600_000, device: 'NVIDIA H200', peakMemoryBytes: 9e9 },
}

async function agentWith(
  fixture: WorkspaceFixture,
  gpu: string | null,
  name = 'machine',
): Promise<AgentContext> {
  const made = await createAgent(deps, fixture.workspaceId, name)
  const gpus = gpu ? [{ uuid: 'GPU-1', name: gpu, memoryBytes: 141e9, driver: '570' }] : []
  const hardware = { hostname: 'machine', cpuModel: 'Xeon', cpuCores: 8, memoryBytes: 64e9, gpus }
  await deps.all.update(agent).set({ hardware }).where(eq(agent.id, made.agentId))
  return made
}

async function claim(agent: AgentContext) {
  const lease = await claimRun(agent, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  return lease
}

async function finish(agent: AgentContext, fixture: WorkspaceFixture, config = {}) {
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config })
  const { runId, attemptId, epoch } = await claim(agent)
  const end: TrainerEvent = { type: 'run-end', status: 'failed', results: {}, error: null, summary }
  deps.advance(1_800_000)
  await recordEvents(agent, { runId, attemptId, epoch, events: [{ seq: 1, at: 1, event: end }] })
  return { id, attemptId }
}

test('an attempt has the price of its agent at its start', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await agentWith(fixture, null)
  await setAgentPrice(fixture.engineer, { id: machine.agentId, price: { amount: 4, currency: 'EUR' } })
  const { id } = await finish(machine, fixture)
  await setAgentPrice(fixture.owner, { id: machine.agentId, price: { amount: 99, currency: 'EUR' } })
  const view = await getRunSummary(fixture.viewer, { id })
  expect(view.cost).toEqual({ amount: 2, currency: 'EUR' })
  expect((await getRun(fixture.viewer, { id })).attempts[0]).toMatchObject({ summary, price: { amount: 4 } })
  const wish = { id: machine.agentId, price: null }
  await expect(setAgentPrice(fixture.labeler, wish)).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = (await createWorkspaceFixture(deps)).owner
  await expect(setAgentPrice(stranger, wish)).rejects.toMatchObject({ code: 'not_found' })
  await expect(getRunSummary(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
})

test('a lost attempt counts for the cost', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await agentWith(fixture, null)
  await setAgentPrice(fixture.engineer, { id: machine.agentId, price: { amount: 6, currency: 'EUR' } })
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  await claim(machine)
  deps.advance(leaseMs + 1)
  await expireLeases(deps)
  await claim(machine)
  deps.advance(leaseMs - 1)
  const { cost, attempts } = await getRunSummary(fixture.viewer, { id })
  expect(attempts).toEqual([])
  expect(cost?.amount).toBeCloseTo((6 * 2 * leaseMs) / 3_600_000)
})

test('there is no cost when a price is missing or currencies differ', () => {
  const [startedAt, endedAt] = [new Date(0), new Date(3_600_000)]
  const euros = { startedAt, endedAt, price: { amount: 3, currency: 'EUR' } }
  const dollars = { startedAt, endedAt, price: { amount: 3, currency: 'USD' } }
  expect(sumCost([euros, euros], endedAt)).toEqual({ amount: 6, currency: 'EUR' })
  expect(sumCost([euros, dollars], endedAt)).toBeNull()
  expect(sumCost([euros, { ...euros, price: null }], endedAt)).toBeNull()
  expect(sumCost([], endedAt)).toBeNull()
})

test('a pre-training is estimated when it is created, and compared by its own shape', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const machine = await agentWith(fixture, 'NVIDIA H200')
  const { id, attemptId } = await finish(machine, fixture)
  const [shown] = (await getRunSummary(fixture.viewer, { id })).attempts
  expect(shown?.estimate).toMatchObject({ basis: 'peak' })
  expect(shown?.estimate?.memoryBytes).toBeGreaterThan(0)
  // 6 FLOPs per parameter and token, plus the attention; far below the device's peak.
  expect(shown?.flopsPerSecond).toBeGreaterThan(6 * 1e6 * 10_000)
  expect(shown?.utilization).toBeCloseTo((shown?.flopsPerSecond ?? 0) / 989.4e12)
  const before = await getEstimateFacts(fixture.viewer, { kind: 'pretrain' })
  expect(before.agents[0]?.device).toMatchObject({ kind: 'cuda', measured: null })
  // Only a finished attempt gives a speed, and only for a model of the same shape.
  await deps.all.update(attempt).set({ status: 'finished' }).where(eq(attempt.id, attemptId))
  const facts = await getEstimateFacts(fixture.viewer, { kind: 'pretrain' })
  const { steps, batchSize, maxLength } = trainerDefaults.pretrain
  expect(facts.agents[0]?.device.measured).toEqual({
    runNumber: 1,
    // The longest rows, in 100 s.
    tokensPerSecond: (Number(steps) * Number(batchSize) * Number(maxLength)) / 100,
    otherSeconds: 30,
  })
  const shape = facts.shape && { ...facts.shape, layers: 9 }
  expect(await loadSpeeds(deps.all, fixture.workspaceId, { kind: 'pretrain', baseId: null, shape })).toEqual(
    new Map(),
  )
})

test('the shape comes from the base model’s config, and the size of the data from an earlier preflight', async () => {
  const fixture = await createWorkspaceFixture(deps)
  await agentWith(fixture, null)
  const base = await createModel(deps, fixture.workspaceId)
  expect((await getEstimateFacts(fixture.viewer, { kind: 'dpo' })).shape).toBeNull()
  const { key, sha256, sizeBytes } = await deps.storage.putContent(Buffer.from(JSON.stringify(llama3B)))
  const files = [{ name: 'model/config.json', storageKey: key, sha256, sizeBytes }]
  await deps.all.update(modelVersion).set({ files }).where(eq(modelVersion.id, base.id))
  const facts = await getEstimateFacts(fixture.viewer, { kind: 'dpo' })
  expect(facts.shape).toMatchObject({ hiddenSize: 3072, layers: 28, tied: true })
  expect(facts).toMatchObject({ rowsFrom: 'text', agents: [{ device: { kind: 'cpu', name: 'Xeon' } }] })
  const other = (await createWorkspaceFixture(deps)).viewer
  await expect(getEstimateFacts(other, { kind: 'dpo', baseModelVersionId: base.id })).rejects.toMatchObject({
    code: 'not_found',
  })

  const size = sizeOfPairs([{ system: 'ab', user: 'c', chosen: 'dddd', rejected: 'eeeee' }])
  expect(size).toEqual({ sequences: 2, characters: 15, answerCharacters: 9 })
  const tuned = await createModel(deps, fixture.workspaceId, base)
  const preflight = { sequences: 10, trained: 600, masked: 400 } as PreflightReport
  await deps.all.update(attempt).set({ preflight }).where(eq(attempt.runId, tuned.runId))
  expect(
    await loadEstimateRows(deps.all, fixture.workspaceId, { kind: 'dpo', baseId: base.id, size }),
  ).toEqual({
    rows: { sequences: 2, tokens: 200, scoredShare: 0.6 },
    rowsFrom: 'preflight',
  })
})
