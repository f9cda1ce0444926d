import { expect, it } from 'vitest'
import { doubtOf } from './doubt'

type Evaluation = Parameters<typeof doubtOf>[0][number]

const rate = (value: number) => ({ value, low: value - 5, high: value + 5, n: 300 })
const side = (violations: number) => ({
  violations: rate(violations),
  ingredientUse: rate(50),
  format: rate(90),
})
const around = (value: number, width: number) => ({ value, low: value - width, high: value + width })

function evaluated(violations: number, winRate: number): Evaluation {
  return {
    number: 3,
    status: 'ready',
    tuned: { id: 'model_2' },
    summary: {
      base: side(71.5),
      tuned: side(71.5 + violations),
      difference: { violations: around(violations, 4), ingredientUse: around(0, 4), format: around(0, 4) },
      winRate: { ...around(winRate, 3), wins: 1, ties: 1, losses: 1 },
      byCategory: {},
    },
  }
}

const model = { id: 'model_2', kind: 'adapter' as const }

it('says with the interval that the evaluation cannot tell the model from its base', () => {
  expect(doubtOf([evaluated(2.1, 51)], model)).toBe(
    'Evaluation 3 cannot tell this model from its base: rule violations 73.6% against 71.5%, a difference of +2.1 points (95%: −1.9 to 6.1); win rate 51.0% (95%: 48.0 to 54.0; chance is 50%).',
  )
})

it.each([
  ['more violations', evaluated(10, 51), /finds this model worse/],
  ['a lower win rate', evaluated(-10, 40), /finds this model worse/],
  ['fewer violations', evaluated(-10, 51), null],
  ['a higher win rate', evaluated(0, 60), null],
])('%s', (_, one, expected) => {
  const doubt = doubtOf([one], model)
  if (expected) expect(doubt).toMatch(expected)
  else expect(doubt).toBeNull()
})

it('names a tuned model without an evaluation, and no base model', () => {
  expect(doubtOf([], model)).toMatch(/not evaluated/)
  expect(doubtOf([], { ...model, kind: 'base' })).toBeNull()
})
