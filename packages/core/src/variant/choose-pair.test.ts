import { expect, test } from 'vitest'
import { choosePair } from './choose-pair'
import { isReadable, repetition } from './readable'

const context = { persona: { forbidden: ['chicken'], diets: [] }, inventory: ['rice', 'carrot', 'chicken'] }
const recipe = (...ingredients: string[]) =>
  `# Dish\n\n## Ingredients\n${ingredients.map((name) => `- 1 ${name}`).join('\n')}\n\n## Method\n1. Cook ${ingredients.join(', ')}.`
const answers = (...texts: string[]) => texts.map((text, seq) => ({ id: `var_${seq}`, seq, text }))

const keeps = recipe('rice')
const keepsAll = recipe('rice', 'carrot')
const breaks = recipe('rice', 'carrot', 'chicken')

test.each<[string, string[], [number, number] | null]>([
  ['one answer', [keeps], null],
  ['a broken rule beside a kept one', [breaks, recipe('chicken'), keepsAll, keepsAll], [1, 2]],
  ['also where the order is the other way', [keepsAll, breaks, breaks], [0, 1]],
  [
    'of two that keep the rules, the well-formed one',
    [keepsAll.replace('# Dish\n', ''), breaks, keeps],
    [1, 2],
  ],
  ['all keep the rules: the larger difference in use', [keeps, keepsAll, keepsAll], [0, 1]],
  ['no difference by the rules', [keeps, `${keeps} Stir.`, keeps], [0, 1]],
  ['all equal', [keeps, keeps], [0, 1]],
])('%s', (_name, texts, expected) => {
  const made = choosePair(answers(...texts), context)
  expect(made?.map(({ seq }) => seq) ?? null).toEqual(expected)
  expect(choosePair([...answers(...texts)].reverse(), context)).toEqual(made)
})

test('a recipe is readable; what is no recipe, or repeats itself, is not', () => {
  const long = [
    '# Roast vegetables with lentils',
    '## Ingredients',
    ...['2 carrots', '1 onion', '200 g lentils', '1 tbsp olive oil', '1 tsp cumin'].map(
      (line) => `- ${line}`,
    ),
    '## Method',
    '1. Heat the oven to 200 °C and cut the carrots and the onion into wedges.',
    '2. Mix them with the oil and the cumin and roast for 30 minutes.',
    '3. Boil the lentils for 20 minutes, drain them and serve with the vegetables.',
  ].join('\n')
  expect(isReadable(long)).toBe(true)
  expect([isReadable(long, 1.4), isReadable(long, 40)]).toEqual([true, false])
  expect(repetition(long)).toBeLessThan(0.1)
  const loop = `# Chicken\n\n## Ingredients\n${'- Roasted chicken breast (approx. 225g)\n'.repeat(10)}\n## Method\n1. Roast it.`
  expect(repetition(loop)).toBeGreaterThan(0.7)
  expect([isReadable(loop), isReadable('I like soup.'), isReadable('')]).toEqual([false, false, false])
})
