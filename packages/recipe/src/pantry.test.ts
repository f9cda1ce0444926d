import { describe, expect, test } from 'vitest'
import { recognizeIngredient } from './match'
import { ontology } from './ontology'
import { makePrompt, promptFromRecipe } from './pantry'
import { parseRecipe } from './parse'
import { Persona } from './persona'
import { seededRandom } from './random'
import { personaRules } from './rule'
import { seedPersonas } from './seed'
import { isForbidden } from './use'
import { userMessage } from './words'

const indexes = Array.from({ length: 120 }, (_, index) => index)
const strict = seedPersonas.filter((persona) => personaRules(persona).length > 0)

describe('makePrompt', () => {
  test.each(seedPersonas)('$name: three to six known ingredients, and some that are allowed', (persona) => {
    const rules = personaRules(persona)
    for (const index of indexes) {
      const { inventory, request, category } = makePrompt(persona, 7, index)
      expect(new Set(inventory).size).toBe(inventory.length)
      expect(inventory.length).toBeGreaterThanOrEqual(3)
      expect(inventory.length).toBeLessThanOrEqual(6)
      expect(inventory.filter((item) => !recognizeIngredient(item))).toEqual([])
      const forbidden = inventory.filter((item) => isForbidden(item, rules))
      expect(forbidden.length > 0).toBe(category === 'constraint_stress')
      expect(forbidden.length).toBeLessThan(inventory.length)
      expect(request).toMatch(/^[A-Z][^{}]*[.?]$/)
    }
  })

  test.each(strict)('$name: about a third hold something forbidden', (persona) => {
    const stressed = indexes.filter((index) => makePrompt(persona, 7, index).category === 'constraint_stress')
    expect(stressed.length).toBeGreaterThan(25)
    expect(stressed.length).toBeLessThan(55)
  })

  test('the same seed gives the same prompt, another another', () => {
    const [persona] = seedPersonas
    if (!persona) throw new Error('There are no seed personas.')
    expect(makePrompt(persona, 1, 5)).toEqual(makePrompt(persona, 1, 5))
    const texts = new Set(indexes.map((index) => userMessage(makePrompt(persona, 1, index))))
    expect(texts.size).toBeGreaterThan(115)
    expect(userMessage(makePrompt(persona, 2, 5))).not.toBe(userMessage(makePrompt(persona, 1, 5)))
  })

  test('works for any persona: no lists at all, an unknown cuisine, everything forbidden', () => {
    const bodies = [
      {},
      { cuisines: ['martian'], flavors: ['olive oil'] },
      { forbidden: ontology.ingredients.flatMap(({ tags, name }) => [...tags, name]).slice(0, 60) },
      { cuisines: ontology.cuisines },
    ]
    for (const body of bodies) {
      const persona = Persona.parse({ slug: 'any', name: 'Any', ...body })
      for (const index of indexes.slice(0, 40)) {
        expect(makePrompt(persona, 3, index).inventory.length).toBeGreaterThanOrEqual(3)
      }
    }
  })
})

describe('promptFromRecipe', () => {
  const vegan = seedPersonas.find(({ slug }) => slug === 'vegan-cantina')
  const recipe = parseRecipe(
    '## Ingredients\n- 1 c. milk\n- 2 eggs\n- 1 lb beef, cubed\n- 500 ml water\n- xyzzy',
  )

  test('takes what it recognizes', () => {
    if (!vegan) throw new Error('There is no vegan among the seed personas.')
    const prompt = promptFromRecipe(recipe, vegan, seededRandom(1))
    expect(prompt?.inventory.toSorted()).toEqual(['beef chuck', 'eggs', 'milk'])
    expect(prompt?.category).toBe('constraint_stress')
    expect(
      promptFromRecipe({ ingredients: recipe.ingredients.slice(0, 2) }, vegan, seededRandom(1)),
    ).toBeUndefined()
  })
})
