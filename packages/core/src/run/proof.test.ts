import type { ProofReport, TrainerEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import { createAgent, createKitchen, createTestDeps } from '../testing'
import { claimRun } from './claim'
import { createRun } from './create'
import { getRun } from './get'
import { getRunProof, getRunProofRow } from './proof'
import { recordRunEvents } from './record-events'
import type { CreateRunInput } from './schemas'

const deps = await createTestDeps()

const report: ProofReport = {
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
  type: 'proof-row',
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
  { type: 'proof', ...report },
  row(7, 'chosen', ['cut_answers']),
  row(7, 'rejected'),
  row(1, 'chosen'),
  row(1, 'rejected'),
]

async function provenRun() {
  const kitchen = await createKitchen(deps)
  const { id } = await createRun(kitchen.engineer, { kind: 'pretrain', config: {} })
  const agent = await createAgent(deps, kitchen.workspaceId)
  const lease = await claimRun(agent, { kinds: ['pretrain'] })
  if (!lease) throw new Error('no lease')
  const { runId, attemptId, epoch } = lease
  const send = (from: number, ...events: TrainerEvent[]) =>
    recordRunEvents(agent, {
      ...{ runId, attemptId, epoch },
      events: events.map((event, index) => ({ seq: from + index, at: 1, event })),
    })
  return { kitchen, id, send }
}

test('the proof comes back as it was told, once, and its rows one by one', async () => {
  const { kitchen, id, send } = await provenRun()
  expect(await getRunProof(kitchen.viewer, { id })).toBeNull()
  await send(1, ...said)
  await send(1, ...said)
  const proof = await getRunProof(kitchen.viewer, { id })
  expect(proof).toMatchObject({ report, attemptNumber: 1, override: { faults: ['cut_answers'] } })
  expect(proof?.rows).toEqual([
    { row: 7, faults: ['cut_answers'] },
    { row: 1, faults: [] },
  ])
  const { sequences } = await getRunProofRow(kitchen.viewer, { runId: id, row: 7 })
  expect(sequences.map(({ part }) => part)).toEqual(['chosen', 'rejected'])
  // PostgreSQL stores no NUL; the marks stand beside the tokens all the same.
  expect(sequences[0]).toMatchObject({ texts: ['<|im_start|>', ' rice', '<|im_end|>'], marks: 'mtc' })
  await expect(getRunProofRow(kitchen.viewer, { runId: id, row: 2 })).rejects.toMatchObject({
    code: 'not_found',
  })
  const stranger = (await createKitchen(deps)).owner
  await expect(getRunProof(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(getRunProofRow(stranger, { runId: id, row: 7 })).rejects.toMatchObject({ code: 'not_found' })
})

test('a fault that nobody allowed ends the run, and says why', async () => {
  const { kitchen, id, send } = await provenRun()
  const error = {
    code: 'proof_cut_answers',
    message: '1 of 4 answers do not fit.',
    remedy: 'Raise maxLength.',
  }
  await send(1, ...said, { type: 'run-end', status: 'failed', summary: {}, error })
  expect(await getRun(kitchen.viewer, { id })).toMatchObject({ status: 'failed', failure: error })
  expect(await getRunProof(kitchen.viewer, { id })).toMatchObject({ report })
})

test('who allows a fault is written down by name', async () => {
  const { kitchen, id, send } = await provenRun()
  await send(1, ...said)
  const proof = await getRunProof(kitchen.viewer, { id })
  expect(proof?.override?.by).toBe('engineer')
  const order: CreateRunInput = { kind: 'dpo', config: { overrideProof: ['cut_answers'] } }
  await expect(createRun(kitchen.labeler, order)).rejects.toMatchObject({ code: 'forbidden' })
})
