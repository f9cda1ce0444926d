import { expect, it } from 'vitest'
import { readSettings } from '../../env'
import { agentEnv } from '../../testing/env'
import { commandFor } from './command'

const settings = readSettings(agentEnv('http://localhost:1', '/home/agent'))

it('starts a training on one GPU by its script, which sees only that GPU', () => {
  const { command, args, env } = commandFor({ kind: 'dpo', gpus: ['GPU-a'] }, '/run/job.json', settings)
  expect([command, ...args]).toEqual([
    'python3',
    '-u',
    `${settings.trainerFolder}/train_dpo.py`,
    '/run/job.json',
  ])
  expect(env).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-a', HF_HUB_OFFLINE: '1' })
})

it('starts a training on several GPUs through accelerate, an argument list without a shell', () => {
  const { args, env } = commandFor({ kind: 'dpo', gpus: ['GPU-b', 'GPU-a'] }, '/run/job.json', settings)
  expect(args.slice(0, 6)).toEqual([
    '-u',
    '-m',
    'accelerate.commands.launch',
    '--multi_gpu',
    '--num_processes',
    '2',
  ])
  expect(args.slice(-2)).toEqual([`${settings.trainerFolder}/train_dpo.py`, '/run/job.json'])
  expect(env.CUDA_VISIBLE_DEVICES).toBe('GPU-b,GPU-a')
})

it.each(['pretrain', 'generate', 'probe'] as const)('never launches %s on several', (kind) => {
  expect(commandFor({ kind, gpus: ['GPU-a', 'GPU-b'] }, '/run/job.json', settings).args).not.toContain(
    'accelerate.commands.launch',
  )
})

it('keeps the devices of the environment when a lease names none', () => {
  expect(commandFor({ kind: 'dpo', gpus: [] }, '/run/job.json', settings).env).not.toHaveProperty(
    'CUDA_VISIBLE_DEVICES',
  )
})

it('passes the settings for external models only to trainings that may start from one', () => {
  const owner = {
    PALATE_MODEL_FOLDERS: '/models:/mnt/models',
    HF_TOKEN: 'hf_0123456789',
    HF_HUB_OFFLINE: '1',
    HF_HOME: '/hf',
  }
  const open = readSettings(agentEnv('http://localhost:1', '/home/agent', owner))
  const { PALATE_MODEL_FOLDERS, HF_TOKEN } = owner
  expect(commandFor({ kind: 'kto', gpus: [] }, '/run/job.json', open).env).toMatchObject({
    ...{ PALATE_MODEL_FOLDERS, HF_TOKEN, PALATE_MODELS_OFFLINE: '1', HF_HUB_CACHE: '/hf/hub' },
    HF_HUB_OFFLINE: '1',
  })
  for (const kind of ['pretrain', 'generate', 'probe'] as const) {
    const { env } = commandFor({ kind, gpus: [] }, '/run/job.json', open)
    expect(Object.keys(env)).not.toContain('HF_TOKEN')
  }
  expect(open.redactor.clean('the token is hf_0123456789')).toBe('the token is [secret]')
  expect(settings.modelEnv).toEqual({})
})

it('hands the access token of an import to that import alone, in its environment and not in its arguments', () => {
  const hubToken = 'hf_ofThePersonWhoImports'
  const owner = readSettings(agentEnv('http://localhost:1', '/home/agent', { HF_TOKEN: 'hf_0123456789' }))
  const { env, args } = commandFor({ kind: 'import', gpus: [], hubToken }, '/run/job.json', owner)
  expect(env.HF_TOKEN).toBe(hubToken)
  expect(args.join(' ')).not.toContain(hubToken)
  expect(commandFor({ kind: 'import', gpus: [] }, '/run/job.json', owner).env.HF_TOKEN).toBe('hf_0123456789')
  const training = commandFor({ kind: 'dpo', gpus: [], hubToken }, '/run/job.json', settings)
  expect(JSON.stringify(training)).not.toContain(hubToken)
})
