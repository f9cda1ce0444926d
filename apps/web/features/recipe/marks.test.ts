import { checkRecipe } from '@palate/recipe'
import { describe, expect, it } from 'vitest'
import { findingsOf, readMarks, readSame, splitAround } from './marks'

const tacos = `# Bean Tacos
25 min | serves 4 | mexican

## Ingredients
- 400 g black beans
- 100 g cotija, crumbled
- 1 avocado

## Method
1. Warm the black beans in a pan.
2. Top with avocado.`

const bowl = `# Bean Bowl
20 min | serves 2 | mexican

## Ingredients
- 400 g black beans
- 200 g rice

## Method
1. Warm the black beans in a pan.
2. Serve over rice.`

describe('marks', () => {
  it('marks rule violations with their reason, and given ingredients', () => {
    const inventory = ['black beans', 'cotija']
    const check = checkRecipe(tacos, { persona: { forbidden: [], diets: ['vegan'] }, inventory })
    const marks = readMarks(tacos, { findings: findingsOf(check.violations), used: check.use.used })
    expect(marks.ingredients.get(0)).toEqual({ tone: 'good', phrase: 'black beans' })
    expect(marks.ingredients.get(1)).toMatchObject({ tone: 'bad', phrase: 'cotija' })
    expect(marks.ingredients.get(1)?.note).toMatch(/dairy/)
    expect(marks.ingredients.has(2)).toBe(false)
  })

  it('splits a line around a phrase, ignoring case', () => {
    expect(splitAround('Stir in the Crema gently.', 'crema')).toEqual(['Stir in the ', 'Crema', ' gently.'])
    expect(splitAround('Serve.', 'crema')).toEqual(['', 'Serve.', ''])
  })
})

it('finds the lines that two answers share', () => {
  const same = readSame(tacos, bowl)
  expect([...same.left.ingredients]).toEqual([0])
  expect([...same.right.ingredients]).toEqual([0])
  expect([...same.left.steps]).toEqual([0])
  expect(same.right.steps.has(1)).toBe(false)
})
