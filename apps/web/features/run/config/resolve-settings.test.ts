import { expect, it } from 'vitest'
import { resolveSettings } from './resolve-settings'

const settings = (config: Record<string, unknown>) =>
  resolveSettings({ kind: 'dpo', config }).flatMap((group) => group.settings)
const find = (config: Record<string, unknown>, name: string) =>
  settings(config).find((one) => one.name === name)

it('shows every setting as the trainer takes it, also those that were left out', () => {
  expect(find({}, 'learningRate')).toEqual({
    ...{ name: 'learningRate', label: 'Learning rate', value: '0.001', changed: false },
  })
  expect(find({}, 'batchSize')?.value).toBe('8')
  expect(find({}, 'loraRank')?.value).toBe('16')
  expect(find({}, 'maxLength')?.value).toBe('512 tokens')
  expect(find({}, 'lossWeights')?.value).toBe('automatic')
  expect(find({}, 'loraDora')?.value).toBe('off')
  expect(resolveSettings({ kind: 'dpo', config: {} })[0]?.title).toBe('Basics')
})

it('says what a setting does with 0', () => {
  expect(find({}, 'microBatchTokens')?.value).toBe('as many as fit')
  expect(find({}, 'earlyStopPatience')?.value).toBe('never')
})

it('marks what differs from the default', () => {
  expect(find({ epochs: 1 }, 'epochs')).toMatchObject({ value: '1', changed: true })
  expect(find({ epochs: 5 }, 'epochs')).toMatchObject({ value: '5', changed: false })
  expect(settings({ epochs: 1, beta: 0.3 }).filter(({ changed }) => changed)).toHaveLength(2)
})

it('shows an external base and allowed faults only where they are set', () => {
  expect(find({}, 'base')).toBeUndefined()
  expect(find({ overridePreflight: ['doubled_bos'] }, 'overridePreflight')).toMatchObject({ changed: true })
})

it('has no settings for answers', () => {
  expect(resolveSettings({ kind: 'generate', config: { models: {} } })).toEqual([])
})
