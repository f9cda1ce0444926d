import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import fixtures from '../fixtures/prompts.json' with { type: 'json' }
import { recognizeIngredient } from './match'
import { Persona, PersonaBody, personaPrompt, WEAK_PROMPT } from './persona'
import { formatPersonas, PersonaFileError, parsePersonas } from './persona-yaml'
import { personaRules } from './rule'
import { CaseCategory, seedPersonas, sixCooks } from './seed'
import { isForbidden } from './use'
import { userMessage } from './words'

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
    ['style: quick', 'stile: quick', /^Line 8, personas\[0\]\.stile: Palate knows no field of this name\./],
    ['version: 1', 'version: 2', /^Line 2, version: This version of Palate reads/],
    ['[korean, asian]', '[korean, asian', /^Line \d+: /],
    ['[korean, asian]', '{korean: 1}', /^Line 6, personas\[0\]\.cuisines: This must be a list of words\.$/],
  ])('names line and field: %s → %s', (from, to, problem) => {
    expect(problemsOf(file.replace(from, to))[0]).toMatch(problem)
  })

  test.each(['', 'just words', '- 1', 'personas: []\nversion: 1'])('%j is refused', (yaml) => {
    expect(problemsOf(yaml).length).toBeGreaterThan(0)
  })

  test('says what is wrong with a value of another kind', () => {
    expect(problemsOf('personas: [{slug: a, name: 7, forbidden: {a: 1}, preferred: [8]}]')).toEqual([
      'Line 1, personas[0].name: This must be text. Put it in quotes.',
      'Line 1, personas[0].forbidden: This must be a list of words.',
      'Line 1, personas[0].preferred[0]: This must be text. Put it in quotes.',
    ])
  })

  test.each([
    ['NUL', '\\0'],
    ['half of a character pair', '\\ud83d'],
  ])('with %s is refused with the field and its line', (_name, written) => {
    expect(problemsOf(`personas:\n  - slug: a\n    name: "a${written}b"`)).toEqual([
      expect.stringMatching(/^Line 3, personas\[0\]\.name: The text holds a character that cannot be stored/),
    ])
  })

  test('keeps line separators of Unicode', () => {
    const own = Persona.parse({
      slug: 'own',
      name: 'a\u2028b\u2029c\u0085d',
      systemPrompt: 'Cook\u2028well.\u0085Now.',
    })
    expect(parsePersonas(formatPersonas([own]))).toEqual([own])
  })
})

describe('a persona file as people write it', () => {
  test('with aliases, merge keys, empty keys, comma lists and diets in upper case', () => {
    const [first, second] = parsePersonas(`
x-common: &common {cuisine: Thai, flavours: [hot]}
personas:
  - slug: first
    name: First
    <<: *common
    diets: Vegan, Gluten Free
    forbidden: &never meat, soy sauce
    preferred:
    systemPrompt:
  - {slug: second, Name: Second, forbidden: *never, cooking_style: quick}
`)
    expect(first).toEqual({
      ...{ slug: 'first', name: 'First', cuisines: ['Thai'], flavors: ['hot'], style: '' },
      ...{
        diets: ['vegan', 'gluten-free'],
        forbidden: ['meat', 'soy sauce'],
        preferred: [],
        systemPrompt: null,
      },
    })
    expect(second).toMatchObject({ name: 'Second', forbidden: ['meat', 'soy sauce'], style: 'quick' })
  })

  const mapping = `personas:
  persona_a_thai:
    name: "Thai (no nuts)"
    preferences:
      cuisine: ["thai"]
      flavor_profile: ["hot"]
      cooking_style: "quick"
    dietary_restrictions: ["vegan"]
    forbidden_keywords: ["nuts"]
    preference_keywords: ["lime"]
`

  test('as a mapping with preferences in a mapping of their own', () => {
    expect(parsePersonas(mapping)).toEqual([
      {
        ...{ slug: 'persona-a-thai', name: 'Thai (no nuts)', cuisines: ['thai'], flavors: ['hot'] },
        ...{ style: 'quick', diets: ['vegan'], forbidden: ['nuts'], preferred: ['lime'], systemPrompt: null },
      },
    ])
  })

  test.each([
    [
      '["vegan"]',
      '["sunlight"]',
      /^Line 8, personas\.persona_a_thai\.dietary_restrictions\[0\]: "sunlight" is no/,
    ],
    ['"quick"', '3', /^Line 7, personas\.persona_a_thai\.preferences\.cooking_style: This must be text/],
    [
      'cooking_style',
      'cooking',
      /^Line 7, personas\.persona_a_thai\.preferences\.cooking: Palate knows no field/,
    ],
    [
      'preference_keywords',
      'forbidden',
      /^Line 10, personas\.persona_a_thai\.forbidden: The persona has this field twice/,
    ],
  ])('and names its own field and line: %s → %s', (from, to, problem) => {
    expect(problemsOf(mapping.replace(from, to))).toEqual([expect.stringMatching(problem)])
  })

  const shared = new URL('../../../../shared/data/pantrypilot/personas.yaml', import.meta.url)
  test.skipIf(!existsSync(shared))(
    '../shared/data/pantrypilot/personas.yaml (skipped where it is absent)',
    () => {
      const personas = parsePersonas(readFileSync(shared, 'utf8'))
      expect(personas.map(({ slug, diets }) => [slug, diets])).toEqual([
        ['persona-a-korean-spicy', []],
        ['persona-b-indian-veg', ['vegetarian']],
        ['persona-c-italian-gf', ['gluten-free']],
        ['persona-d-japanese-lowsodium', []],
        ['persona-e-mexican-vegan', ['vegan']],
        ['persona-f-chinese-keto', []],
      ])
      expect(personas.every(({ cuisines, preferred }) => cuisines.length > 0 && preferred.length > 0)).toBe(
        true,
      )
    },
  )
})

describe('a persona file that would exhaust the process is refused in a sentence', () => {
  test.each([
    [
      'many aliases',
      'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\npersonas: [*c,*c,*c]',
      /^Line 2: The aliases of the file stand for too many values/,
    ],
    ['an alias without an anchor', 'personas:\n  - *nobody', /^Line 2: Unresolved alias .*nobody\.$/],
    ['an alias of itself', 'personas: &all [*all]', /^Line 1/],
    ['preferences of themselves', 'personas:\n  - &p {slug: a, name: b, preferences: *p}', /^Line 2/],
    ['deep lists', `personas: ${'['.repeat(99_000)}`, /^Line 1: Lists and mappings are nested too deeply/],
    [
      'deep lists in blocks',
      `personas:\n  ${'- '.repeat(49_000)}x`,
      /^Line \d+: Lists and mappings are nested too deeply/,
    ],
    ['deep mappings', `${'{a: '.repeat(24_000)}`, /^Line 1: Lists and mappings are nested too deeply/],
  ])('%s', (_name, yaml, problem) => {
    expect(problemsOf(yaml)[0]).toMatch(problem)
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
