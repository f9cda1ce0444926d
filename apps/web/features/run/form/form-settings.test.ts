import { rounds, trainKinds, trainSchemas } from '@palate/protocol'
import { expect, it } from 'vitest'
import {
  describeDefault,
  dropErrors,
  findErrors,
  formatValue,
  groupSettings,
  isChanged,
  listFormSettings,
  readTexts,
} from './form-settings'

const settingOf = (kind: 'pretrain' | 'sft' | 'dpo' | 'kto', name: string) => {
  const found = listFormSettings(kind).find((setting) => setting.name === name)
  if (!found) throw new Error(name)
  return found
}

it('shows every setting that the API accepts, but for those that have controls of their own', () => {
  for (const kind of trainKinds) {
    const shown = listFormSettings(kind).map(({ name }) => name)
    const accepted = Object.keys(trainSchemas[kind].shape)
    const own = accepted.filter((name) =>
      ['base', 'overridePreflight', 'recipeAdapter', 'source'].includes(name),
    )
    expect([...shown, ...own].sort()).toEqual(accepted.sort())
    expect(groupSettings(kind).flatMap(({ settings }) => settings)).toHaveLength(shown.length)
  }
})

it('begins with the basics, and finds settings by label, name, hint and heading', () => {
  expect(groupSettings('dpo')[0]).toMatchObject({ id: 'basics' })
  const find = (query: string) =>
    groupSettings('dpo', query).flatMap(({ settings }) => settings.map(({ name }) => name))
  expect(find('warm')).toContain('warmupRatio')
  expect(find('earlyStop')).toEqual(['earlyStopPatience'])
  expect(find('PAGED host')).toEqual(['optimizer'])
  expect(find('early stopping evaluate')).toContain('evalEvery')
  expect(find('spaghetti')).toEqual([])
})

it('reads what is typed, and leaves out what is empty', () => {
  expect(
    readTexts('dpo', {
      ...{ epochs: ' 0,5 ', maxLength: '10,000', learningRate: '5e-5', beta: '' },
      ...{ loraDora: 'true', precision: 'nf4', targetModules: 'q_proj, v_proj,', lossWeights: '1, 0.5' },
    }),
  ).toEqual({
    ...{ epochs: 0.5, maxLength: 10_000, learningRate: 5e-5 },
    ...{ loraDora: true, precision: 'nf4', targetModules: ['q_proj', 'v_proj'], lossWeights: [1, 0.5] },
  })
  expect(readTexts('sft', { responseTemplate: 'Price is $ ' })).toEqual({ responseTemplate: 'Price is $ ' })
})

it('keeps what it cannot read, so that the error stands at the field', () => {
  const config = readTexts('dpo', { batchSize: 'many', lossWeights: '1, x', earlyStopPatience: '2' })
  expect(config).toEqual({ batchSize: 'many', lossWeights: [1, 'x'], earlyStopPatience: 2 })
  const errors = findErrors('dpo', config)
  expect(errors.get('batchSize')).toBe('Use a whole number from 1 to 512.')
  expect(errors.get('lossWeights')).toBe('Use a list of one or more numbers of at least 0.')
  expect(dropErrors(config, errors)).toEqual({ earlyStopPatience: 2 })
  expect(findErrors('dpo', { earlyStopPatience: 2 }).get('earlyStopPatience')).toBe(
    'Early stopping is 2, but no rows are held out to evaluate on. Set Held-out share, for example to 0.1.',
  )
})

it('marks a setting as changed where its value differs from the default', () => {
  const epochs = settingOf('dpo', 'epochs')
  expect(['', ' ', '5', '5.0', '2'].map((text) => isChanged(epochs, text))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
  expect(isChanged(settingOf('dpo', 'lossTypes'), 'sigmoid, sft')).toBe(false)
})

it.each(['sft', 'dpo', 'kto'] as const)('has the defaults that suit the model: %s', (kind) => {
  const suited = rounds.published[kind]
  const shown = new Map(listFormSettings(kind, suited).map((setting) => [setting.name, setting]))
  for (const [name, setting] of shown)
    expect(setting.default).toEqual(suited[name] ?? settingOf(kind, name).default)
  const length = shown.get('maxLength')
  if (!length) throw new Error('maxLength')
  expect(describeDefault(length)).toBe('640 by default')
  expect(['', '640', '512'].map((text) => isChanged(length, text))).toEqual([false, false, true])
})

it('says what an empty field stands for', () => {
  const described = (kind: 'pretrain' | 'sft' | 'dpo', name: string) => describeDefault(settingOf(kind, name))
  expect(described('dpo', 'maxLength')).toBe('512 by default')
  expect(described('sft', 'maxLength')).toBe('384 by default')
  expect(described('sft', 'fullWeights')).toBe('off by default')
  expect(described('sft', 'responseTemplate')).toBe('none by default')
  expect(described('dpo', 'lossWeights')).toBe('automatic')
  expect(formatValue(['a', 'b'])).toBe('a, b')
})
