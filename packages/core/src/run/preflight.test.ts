import type { PreflightReport, TrainerEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import { createAgent, createTestDeps, createWorkspaceFixture, recordEvents, requestWork } from '../testing'
import { claimRun } from './claim'
import { createRun } from './create'
import { getRunPreflight, getRunPreflightRow } from './preflight'
import { getRun } from './read'
import type { CreateRunInput } from './schemas'

const deps = await createTestDeps()

const report: PreflightReport = {
  template: 'ChatML (0a1b2c3d)',
  maxLength: 384,
  rows: 2,
  sequences: 4,
  trained: 10,
  masked: 8,
  cut: 3,
  longest: 390,
  bosToken: null,
  bosCount: 0,
  endToken: '<|im_end|>',
  endCount: 12,
  faults: { cut_answers: 1 },
  overridden: ['cut_answers'],
  sampled: 4,
}
const row = (number: number, part: string, faults: string[] = []): TrainerEvent => ({
  type: 'preflight-row',
  row: number,
  part,
  faults,
  ids: [1, 2, 3],
  texts: ['<|im_start|>', ' rice\u0000', '<|im_end|>'],
  marks: 'mtc',
  special: [0, 2],
  omitted: null,
})
const said: TrainerEvent[] = [
  { type: 'preflight', ...report },
  row(7, 'chosen', ['cut_answers']),
  row(7, 'rejected'),
  row(1, 'chosen'),
  row(1, 'rejected'),
]

async function provenRun() {
  const fixture = await createWorkspaceFixture(deps)
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, fixture.workspaceId)
  const lease = await claimRun(agent, requestWork(['pretrain']))
  if (!lease) throw new Error('no lease')
  const { runId, attemptId, epoch } = lease
  const send = (from: number, ...events: TrainerEvent[]) =>
    recordEvents(agent, {
      ...{ runId, attemptId, epoch },
      events: events.map((event, index) => ({ seq: from + index, at: 1, event })),
    })
  return { fixture, id, send }
}

test('the preflight is stored once as it was reported, and its rows are read one by one', async () => {
  const { fixture, id, send } = await provenRun()
  expect(await getRunPreflight(fixture.viewer, { id })).toBeNull()
  await send(1, ...said)
  await send(1, ...said)
  const preflight = await getRunPreflight(fixture.viewer, { id })
  expect(preflight).toMatchObject({ report, attemptNumber: 1, override: { faults: ['cut_answers'] } })
  expect(preflight?.rows).toEqual([
    { row: 7, faults: ['cut_answers'] },
    { row: 1, faults: [] },
  ])
  const { sequences } = await getRunPreflightRow(fixture.viewer, { runId: id, row: 7 })
  expect(sequences.map(({ part }) => part)).toEqual(['chosen', 'rejected'])
  // PostgreSQL cannot store NUL; the marks still match the tokens.
  expect(sequences[0]).toMatchObject({ texts: ['<|im_start|>', ' rice', '<|im_end|>'], marks: 'mtc' })
  await expect(getRunPreflightRow(fixture.viewer, { runId: id, row: 2 })).rejects.toMatchObject({
    code: 'not_found',
  })
  const stranger = (await createWorkspaceFixture(deps)).owner
  await expect(getRunPreflight(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(getRunPreflightRow(stranger, { runId: id, row: 7 })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a fault that is not allowed fails the run with the reason', async () => {
  const { fixture, id, send } = await provenRun()
  const error = {
    code: 'preflight_cut_answers' as const,
    message: '1 of 4 answers do not fit.',
    remedy: 'Raise maxLength.',
  }
  await send(1, ...said, { type: 'run-end', status: 'failed', results: {}, error })
  expect(await getRun(fixture.viewer, { id })).toMatchObject({ status: 'failed', failure: error })
  expect(await getRunPreflight(fixture.viewer, { id })).toMatchObject({ report })
})

test('the person who allows a fault is recorded by name', async () => {
  const { fixture, id, send } = await provenRun()
  await send(1, ...said)
  const preflight = await getRunPreflight(fixture.viewer, { id })
  expect(preflight?.override?.by).toBe('engineer')
  const input: CreateRunInput = { kind: 'dpo', config: { overridePreflight: ['cut_answers'] } }
  await expect(createRun(fixture.labeler, input)).rejects.toMatchObject({ code: 'forbidden' })
})
