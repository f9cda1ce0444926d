import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import fixtures from '../fixtures/prompts.json' with { type: 'json' }
import { recognizeIngredient } from './match'
import { Persona, PersonaBody, personaPrompt, userMessage, WEAK_PROMPT } from './persona'
import { formatPersonas, PersonaFileError, parsePersonas } from './persona-yaml'
import { personaRules } from './rule'
import { CaseCategory, seedPersonas, sixCooks } from './seed'
import { isForbidden } from './use'

const file = readFileSync(new URL('../data/personas.yaml', import.meta.url), 'utf8')

function problemsOf(yaml: string): string[] {
  try {
    parsePersonas(yaml)
  } catch (error) {
    if (error instanceof PersonaFileError) return error.problems
    throw error
  }
  return []
}

describe('prompts', () => {
  test.each(fixtures.personas)('of $persona.name', ({ persona, prompt }) => {
    expect(personaPrompt(persona)).toBe(prompt)
  })

  test.each(fixtures.messages)('$message', ({ inventory, request, message }) => {
    expect(userMessage({ inventory, request })).toBe(message)
  })

  test('the weak prompt', () => {
    expect(WEAK_PROMPT).toBe(fixtures.weak)
  })

  test("a persona's own prompt goes before the one that is made", () => {
    const body = PersonaBody.parse({ name: 'Ada', cuisines: ['thai'], systemPrompt: 'Cook Thai.' })
    expect(personaPrompt(body)).toBe('Cook Thai.')
  })
})

describe('a persona file', () => {
  test('holds the six seed personas', () => {
    expect(parsePersonas(file)).toEqual(seedPersonas)
    expect(seedPersonas).toHaveLength(6)
  })

  test('is written so that it reads back the same', () => {
    const personas = [
      ...seedPersonas,
      Persona.parse({ slug: 'own', name: 'Own: "it"', systemPrompt: 'Cook.\nWell.' }),
    ]
    expect(parsePersonas(formatPersonas(personas))).toEqual(personas)
  })

  test.each([
    [
      'diets: [vegan]',
      'diets: [carnivor]',
      /^Line 45, personas\[4\]\.diets\[0\]: "carnivor" is no diet that Palate knows\./,
    ],
    ['slug: seoul-heat', 'slug: Seoul Heat', /^Line 4, personas\[0\]\.slug: A slug has lower-case letters/],
    [
      'slug: vegan-cantina',
      'slug: seoul-heat',
      /^Line 40, personas\[4\]\.slug: Two personas have the slug "seoul-heat"\.$/,
    ],
    ['style: quick', 'stile: quick', /^Line 4, personas\[0\]: Unrecognized key: "stile"$/],
    ['version: 1', 'version: 2', /^Line 2, version: This version of Palate reads/],
    ['[korean, asian]', '[korean, asian', /^Line \d+: /],
    ['[korean, asian]', '{korean: 1}', /^Line 6, personas\[0\]\.cuisines: Invalid input: expected array/],
  ])('names line and field: %s → %s', (from, to, problem) => {
    expect(problemsOf(file.replace(from, to))[0]).toMatch(problem)
  })

  test.each(['', 'just words', '- 1', 'personas: []\nversion: 1'])('%j is refused', (yaml) => {
    expect(problemsOf(yaml).length).toBeGreaterThan(0)
  })

  test('one alias that stands for a great many is refused', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nversion: 1\npersonas: [*b,*b,*b]`
    expect(() => parsePersonas(bomb)).toThrow()
  })
})

describe('the suite "Six cooks"', () => {
  const rulesOf = new Map(seedPersonas.map((persona) => [persona.slug, personaRules(persona)]))

  test('has twelve cases a persona, in all four categories, each with its own id', () => {
    expect(sixCooks.cases).toHaveLength(72)
    expect(new Set(sixCooks.cases.map(({ id }) => id)).size).toBe(72)
    for (const { slug } of seedPersonas) {
      const cases = sixCooks.cases.filter(({ persona }) => persona === slug)
      expect(cases).toHaveLength(12)
      expect(new Set(cases.map(({ category }) => category))).toEqual(new Set(CaseCategory.options))
    }
  })

  test.each(sixCooks.cases)('$id is sound', ({ persona, category, inventory }) => {
    const rules = rulesOf.get(persona) ?? []
    const unknown = inventory.filter((item) => !recognizeIngredient(item))
    const forbidden = inventory.filter((item) => isForbidden(item, rules))
    expect(unknown).toEqual([])
    expect(forbidden.length).toBeLessThan(inventory.length)
    if (category === 'constraint_stress' && rules.length > 0) expect(forbidden.length).toBeGreaterThan(0)
    if (category === 'basic_alignment') expect(forbidden).toEqual([])
  })
})
