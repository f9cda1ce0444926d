import { createRun, getRun } from '@palate/core'
import { createImported, createModel, createReadyDataset } from '@palate/core/testing'
import { rounds, type TrainerEvent } from '@palate/protocol'
import { beforeAll, expect, it } from 'vitest'
import { connectAgent, type TestAgent } from '../../apps/hub/src/testing/agent'
import { type Caller, jsonLines, makeHome, palate, startPalate } from './palate'
import { startCliStack, uploadFiles } from './stack'

const { deps, fixture, hubUrl, origin, key } = await startCliStack()
const member: Caller = { home: makeHome(), origin, key }
const wait = { timeout: 200_000 }
let agent: TestAgent
beforeAll(async () => {
  agent = await connectAgent(hubUrl, fixture.owner)
  await agent.hello()
})

/** A queued training that the agent has taken; `send` delivers its next events. */
async function startTraining() {
  const { id, number } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const lease = await agent.lease('pretrain')
  expect(lease.runId).toBe(id)
  let seq = 0
  const send = async (...events: TrainerEvent[]) => {
    await agent.send(
      lease,
      events.map((event) => ({ seq: ++seq, at: Date.now(), event })),
    )
  }
  return { id, number, lease, send }
}
const step = (at: number, loss: number): TrainerEvent[] => [
  { type: 'progress', stage: 'training', step: at, totalSteps: 10 },
  { type: 'metric', axis: 'step', position: at, time: Date.now(), values: { loss } },
]
const log = (text: string): TrainerEvent => ({ type: 'log', level: 'info', text })

it('lists runs and creates one whose settings are checked against the table', async () => {
  expect(await palate(member, ['runs', 'list'])).toMatchObject({ code: 0, stdout: '' })
  const args = [
    '--set',
    'steps=40',
    '--set',
    'learningRate=0.01',
    '--seed',
    '7',
    '--priority',
    '3',
    '--name',
    'Fi\u001brst',
  ]
  const made = await palate(member, ['runs', 'create', 'pretrain', ...args])
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run 1 is queued\. run_\w+\n$/) })
  expect(made.stderr).toBe('Watch it with: palate runs watch 1\n')
  const id = /run_\w+/.exec(made.stdout)?.[0] ?? ''
  expect(await getRun(fixture.viewer, { id })).toMatchObject({
    ...{ kind: 'pretrain', seed: 7, priority: 3, config: { steps: 40, learningRate: 0.01 } },
  })
  const table = await palate(member, ['runs', 'list', '--kind', 'pretrain'])
  expect(table.stdout).toMatch(/^RUN +KIND +STATUS +NAME +NOW\n1 +pretrain +queued +First +waits: .+\n$/)
  const [line] = jsonLines(await palate(member, ['runs', 'list', '--json']))
  expect(line).toMatchObject({ id, number: 1, status: 'queued' })

  const canceled = await palate(member, ['runs', 'cancel', '#1'])
  expect(canceled).toEqual({ code: 0, stdout: 'Run 1 is canceled.\n', stderr: '' })
  const watched = await palate(member, ['runs', 'watch', id])
  expect(watched).toMatchObject({ code: 2, stderr: expect.stringContaining('Run 1 was canceled.') })
})

it.each([
  ['beta=20', 64, '--set beta=20: Beta. Use a number above 0 and at most 10.'],
  ['learning-rate=1', 64, 'Did you mean learningRate?'],
  ['earlyStopPatience=3', 64, 'but no rows are held out to evaluate on. Set evalShare, for example to 0.1.'],
  ['beta=0.2', 1, 'No pair has a winner yet'],
])('runs create dpo --set %s ends with code %i', async (setting, code, sentence) => {
  await createModel(deps, fixture.workspaceId)
  const result = await palate(member, ['runs', 'create', 'dpo', '--set', setting])
  expect(result).toMatchObject({ code, stdout: '' })
  expect(result.stderr).toContain(sentence)
})

it('names what there is where a model, a dataset or a run is not', async () => {
  const cases = [
    [['runs', 'create', 'sft', '--model', 'nobody'], 'There is no model "nobody". There are: starter@'],
    [['runs', 'create', 'sft', '--dataset', 'none'], 'There is no dataset "none". Upload one'],
    [['runs', 'watch', '999'], 'There is no run 999. palate runs list shows the newest.'],
    [['runs', 'stop', 'run_unknown'], 'This run does not exist in this workspace.'],
  ] as const
  for (const [args, sentence] of cases) {
    const result = await palate(member, [...args])
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toContain(sentence)
  }
})

it('watches a training to its end: log, loss, and nothing that a log could do to a terminal', async () => {
  const { number, lease, send } = await startTraining()
  await send(...step(1, 4), log('Loading \u001b]52;c;ZXZpbA==\u0007weights'))
  const running = startPalate(member, ['runs', 'watch', String(number)])
  await expect.poll(running.stdout, wait).toContain('Loading ]52;c;ZXZpbA==weights')
  await expect.poll(running.stderr, wait).toContain('training 1 of 10 · loss 4.00 ▁')
  await send(...step(9, 0.5), log('Almost'))
  await expect.poll(running.stdout, wait).toContain('Almost')
  await expect.poll(running.stderr, wait).toMatch(/training 9 of 10 · loss 0\.500 █▁/)
  await uploadFiles(deps, agent.agentId, lease, [
    ['hf', 'output/hf/config.json', Buffer.from('{}')],
    ['gguf', 'output/model.gguf', Buffer.from('weights')],
  ])
  await send({ type: 'run-end', status: 'finished', results: {}, error: null })
  const { code, stdout, stderr } = await running.ended
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`Run ${number} finished after .+\\.\nModel starter@\\d+ model_\\w+\n$`))
  expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}/u)
})

it('a failed run ends with its reason and code 1, also as JSON', async () => {
  const { id, number, send } = await startTraining()
  const error = {
    code: 'out_of_memory' as const,
    message: 'No memory is left.',
    remedy: 'Use smaller batches.',
  }
  await send(...step(1, 4), log('x'), { type: 'run-end', status: 'failed', results: {}, error })
  const result = await palate(member, ['runs', 'watch', id])
  expect(result).toMatchObject({ code: 1 })
  expect(result.stderr).toContain(`palate: Run ${number} failed: No memory is left. Use smaller batches.\n`)
  const json = await palate(member, ['runs', 'watch', id, '--json'])
  const lines = jsonLines(json)
  expect(json.code).toBe(1)
  expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['run', 'state', 'log', 'end']))
  expect(lines.at(-1)).toMatchObject({ type: 'end', status: 'failed', failure: error })
})

it('Ctrl-C leaves the run going and says how to cancel it; stop keeps the model', async () => {
  const { id, number, send } = await startTraining()
  await send(...step(2, 1))
  const running = startPalate(member, ['runs', 'watch', String(number)])
  await expect.poll(running.stderr, wait).toContain('training 2 of 10')
  running.child.kill('SIGINT')
  const { code, stderr } = await running.ended
  expect(code).toBe(130)
  expect(stderr).toContain(`Run ${number} goes on. Cancel it with: palate runs cancel ${number}\n`)
  expect((await getRun(fixture.viewer, { id })).status).toBe('running')

  const stopped = await palate(member, ['runs', 'stop', id])
  expect(stopped.stdout).toBe(`Run ${number} stops after its current step and keeps its model.\n`)
  expect((await getRun(fixture.viewer, { id })).stopRequestedAt).not.toBeNull()
  const canceled = await palate(member, ['runs', 'cancel', id])
  expect(canceled.stdout).toContain(`Run ${number} is being canceled.`)
})

it('takes the settings that suit the model for those that are not given', async () => {
  const { name, number } = await createImported(deps, fixture.engineer)
  await createReadyDataset(fixture.engineer)
  const create = ['runs', 'create', 'sft', '--model', `${name}@${number}`]
  const configOf = async (args: string[]) => {
    const { stdout } = await palate(member, args)
    return (await getRun(fixture.viewer, { id: /run_\w+/.exec(stdout)?.[0] ?? '' })).config
  }
  expect(await configOf(create)).toEqual(rounds.published.sft)
  expect(await configOf([...create, '--set', 'maxLength=512'])).toEqual({
    ...{ ...rounds.published.sft, maxLength: 512 },
  })
  const help = await palate(member, ['runs', 'create', 'sft', '--help'])
  expect(help.stdout).toContain('Defaults on an imported model: batchSize=4, maxLength=640')
})
