import { expect, test } from '@playwright/test'
import { connect } from './loop/client'

/**
 * Runs after the walk, on the same stack: SIGKILL ends the agent during a training, the stack starts the agent again,
 * and the run finishes with one loss series from its first to its last step.
 */
test('a run finishes although its agent is killed during training', async () => {
  const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))
  const steps = 60
  const config = {
    recipes: 160,
    steps,
    batchSize: 4,
    hiddenSize: 32,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    ffnSize: 64,
    vocabSize: 700,
    checkpointEvery: 5,
    sampleEvery: 30,
  }
  const { id } = await client.run.create.mutate({ kind: 'pretrain', name: 'killed', seed: 3, config })
  const get = () => client.run.get.query({ id })
  const step = async () => {
    const { progress } = await get()
    return progress?.stage === 'training' ? progress.step : 0
  }
  await expect.poll(step, { timeout: 10 * 60_000, intervals: [100] }).toBeGreaterThanOrEqual(10)
  process.kill(Number(required('PALATE_AGENT_PID')), 'SIGKILL')

  await expect
    .poll(async () => (await get()).status, { timeout: 15 * 60_000, intervals: [500] })
    .toBe('finished')
  const run = await get()
  expect(run.attempts.map(({ status }) => status).sort()).toEqual(['finished', 'lost'])
  const { series } = await client.run.metrics.query({ runId: id, keys: ['loss'], maxPoints: 1000 })
  const seen = (series[0]?.points ?? []).map(([at]) => at)
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  expect(seen.at(-1)).toBe(steps)
  expect((await client.model.list.query()).some(({ runId }) => runId === id)).toBe(true)
})

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; the global set-up sets it.`)
  return value
}
