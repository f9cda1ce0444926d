import { settingsOf, trainerDefaults } from '@palate/protocol'
import { expect, it } from 'vitest'
import { describeSettings, readSettings, trainings } from './read-settings'

it('reads every type of value as the table has it', () => {
  const given = ['beta=0.2', 'epochs=3', 'loraDora=true', 'optimizer=adamw_8bit', 'lossTypes=sigmoid, ipo']
  expect(readSettings('dpo', [...given, 'lossWeights=1,0.5', 'targetModules=q_proj,v_proj'])).toEqual({
    ...{ beta: 0.2, epochs: 3, loraDora: true, optimizer: 'adamw_8bit' },
    ...{ lossTypes: ['sigmoid', 'ipo'], lossWeights: [1, 0.5], targetModules: ['q_proj', 'v_proj'] },
  })
  expect(readSettings('sft', ['base=owner/name@main', 'responseTemplate=a=b'])).toEqual({
    ...{ base: { from: 'hub', id: 'owner/name', revision: 'main' }, responseTemplate: 'a=b' },
  })
  expect(readSettings('sft', ['base=/models/x'])).toEqual({ base: { from: 'folder', path: '/models/x' } })
})

it.each([
  ['epochs=3e999', 'Use a number above 0 and at most 100.'],
  ['batchSize=1.5', 'Use a whole number from 1 to 512.'],
  ['batchSize=0x10 ', null],
  ['loraDora=yes', 'Use true or false.'],
  ['precision=int4', 'Use one of auto, fp32, bf16, nf4.'],
  ['base=../x', 'Use'],
  ['lossWeights=1,2,3', 'Give one weight for each loss.'],
  ['=3', 'Write it as --set name=value.'],
  ['__proto__=3', 'lists them.'],
])('--set %s', (one, remedy) => {
  if (remedy === null) expect(readSettings('dpo', [one])).toEqual({ batchSize: 16 })
  else
    expect(() => readSettings('dpo', [one])).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining(remedy) }),
    )
})

it.each(trainings)('the help of %s has every setting with its default, no line too wide', (kind) => {
  const text = describeSettings(kind)
  for (const [name, { label }] of settingsOf(kind)) {
    const value = trainerDefaults[kind][name]
    const shown = value === undefined ? '' : `=${[value].flat().join(',')}`
    expect(text).toContain(`\n  ${name}${shown}\n      ${label}`)
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(100)
})
