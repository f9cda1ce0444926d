import { describe, expect, expectTypeOf, it, test } from 'vitest'
import cases from '../../fixtures/train-configs.json' with { type: 'json' }
import {
  type DpoConfig,
  isTrainKind,
  type PretrainConfig,
  SftConfig,
  settingsOf,
  trainerDefaults,
  trainKinds,
  trainSchemas,
  withDefaults,
} from '../index'

describe('the trainer and the API accept and refuse the same configs', () => {
  // gpu-agent/trainer/tests/test_config_cases.py replays the same rows.
  test.each(cases)('$kind $config', ({ kind, config, refused }) => {
    if (!isTrainKind(kind)) throw new Error(kind)
    const { error } = trainSchemas[kind].safeParse(config)
    if (!refused) return expect(error).toBeUndefined()
    const [issue] = error?.issues ?? []
    const field = issue?.code === 'unrecognized_keys' ? (issue.path[0] ?? issue.keys[0]) : issue?.path[0]
    expect(field).toBe(refused.field)
    if (refused.sentence) expect(issue?.message).toBe(refused.sentence)
  })
})

it('has defaults that its own bounds allow, and fills in what a config leaves out', () => {
  for (const kind of trainKinds)
    expect(trainSchemas[kind].safeParse(trainerDefaults[kind]).error).toBeUndefined()
  expect(withDefaults('dpo', { epochs: 1, beta: undefined })).toMatchObject({ epochs: 1, beta: 0.1 })
  expect(withDefaults('dpo', {})).toMatchObject({ epochs: 5, maxLength: 512 })
  expect(settingsOf('kto').get('epochs')?.default).toBe(2)
})

it('types each kind by its settings', () => {
  expectTypeOf<DpoConfig['lossTypes']>().toEqualTypeOf<
    ('sigmoid' | 'ipo' | 'hinge' | 'robust' | 'sft')[] | undefined
  >()
  expectTypeOf<PretrainConfig['steps']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<SftConfig['fullWeights']>().toEqualTypeOf<boolean | undefined>()
  expectTypeOf<keyof PretrainConfig>().extract<'epochs' | 'loraRank'>().toBeNever()
  expect(SftConfig.parse({ epochs: 0.5 }).epochs).toBe(0.5)
})
