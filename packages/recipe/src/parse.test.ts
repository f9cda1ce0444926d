import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatRecipe } from './format'
import { ImportedRecipe, normalizeRecipe } from './import-recipe'
import { parseIngredientLine } from './ingredient-line'
import { recognizeIngredient } from './match'
import { parseRecipe } from './parse'

const TACOS = `# Smoky Black Bean Tacos
25 min | serves 4 | mexican

## Ingredients
- 400 g black beans, drained
- 1 avocado, diced
- 8 corn tortillas
- 1/2 tsp smoked paprika

## Method
1. Warm the oil in a pan.
2. Crush the black beans, then fold in the smoked paprika.
3. Fill the corn tortillas and top with avocado.`

const shared = new URL('../../../../shared/data/public-domain-recipes/recipes.jsonl', import.meta.url)
const samples = new URL('../data/samples/recipes.jsonl', import.meta.url)

function readImported(file: URL): ImportedRecipe[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => ImportedRecipe.parse(JSON.parse(line)))
}

describe('parseRecipe', () => {
  test('reads a whole recipe', () => {
    const recipe = parseRecipe(TACOS)
    expect(recipe).toMatchObject({
      title: 'Smoky Black Bean Tacos',
      minutes: 25,
      serves: 4,
      cuisine: 'mexican',
      complete: true,
      problems: [],
    })
    expect(recipe.ingredients[0]).toEqual({
      quantity: '400 g',
      name: 'black beans',
      note: 'drained',
      line: '400 g black beans, drained',
    })
    expect(recipe.steps).toHaveLength(3)
  })

  test('reads and writes the same text', () => {
    expect(formatRecipe(parseRecipe(TACOS))).toBe(TACOS)
  })

  test('a text cut off anywhere is read as far as it goes and is never complete', () => {
    const whole = parseRecipe(TACOS)
    for (let length = 0; length < TACOS.length; length += 1) {
      const part = parseRecipe(TACOS.slice(0, length))
      expect(part.ingredients.length).toBeLessThanOrEqual(whole.ingredients.length)
      expect(part.steps.length).toBeLessThanOrEqual(whole.steps.length)
      const cutInStep = part.steps.length < 3 && /[.]\s*(\d\.?\s*)?$/.test(TACOS.slice(0, length))
      if (!cutInStep) expect(part.complete, TACOS.slice(0, length)).toBe(false)
      if (!part.complete) expect(part.problems.map(({ code }) => code)).toContain('incomplete')
    }
  })

  test('what was read while streaming only grows', () => {
    let steps = 0
    let title = ''
    for (let length = 0; length <= TACOS.length; length += 1) {
      const part = parseRecipe(TACOS.slice(0, length))
      expect(part.steps.length).toBeGreaterThanOrEqual(steps)
      expect(part.title.startsWith(title)).toBe(true)
      steps = part.steps.length
      title = part.title
    }
  })

  test.each([
    ['', ['no-title', 'no-meta', 'no-ingredients', 'no-method', 'incomplete']],
    [
      'Sorry, I cannot help.',
      ['no-title', 'no-meta', 'no-ingredients', 'no-method', 'stray-text', 'incomplete'],
    ],
    [TACOS.replace('# Smoky', 'Smoky'), ['no-title', 'stray-text', 'incomplete']],
    [TACOS.replace('25 min | ', ''), ['no-meta', 'stray-text']],
    [TACOS.replace('2. Crush', '4. Crush'), ['misnumbered-steps']],
    [TACOS.replace('2. Crush', '- Crush'), ['unnumbered-steps']],
    [TACOS.replace('8 corn tortillas', '2 avocados'), ['repeated-ingredient']],
    [TACOS.replace('- 8 corn', '8 corn'), ['stray-text']],
    [`${TACOS.split('## Method')[0]}`, ['no-method', 'incomplete']],
    [TACOS.slice(0, -1), ['incomplete']],
  ])('finds what is wrong with %j', (text, codes) => {
    expect(parseRecipe(text).problems.map(({ code }) => code)).toEqual(codes)
  })

  test('hostile text is read in linear time and without an error', () => {
    for (const text of [
      '#'.repeat(50_000),
      '- '.repeat(50_000),
      `## Ingredients\n- ${'1 '.repeat(50_000)}`,
      '\u0000\ud800',
    ]) {
      expect(parseRecipe(text).complete).toBe(false)
    }
  })
})

describe('parseIngredientLine', () => {
  test.each([
    ['400 g black beans', '400 g', 'black beans', ''],
    ['1 large onion, diced', '1 large', 'onion', 'diced'],
    ['2 cloves garlic, minced', '2 cloves', 'garlic', 'minced'],
    ['5-6 cloves of garlic', '5-6 cloves of', 'garlic', ''],
    ['1 1/2 c. milk', '1 1/2 c.', 'milk', ''],
    ['½ cup sugar', '½ cup', 'sugar', ''],
    ['1 (15 oz) can black beans', '1 (15 oz) can', 'black beans', ''],
    ['A bunch of fresh parsley', 'A bunch of', 'fresh parsley', ''],
    ['~150g (1/3 lb) bacon cubes', '~150g (1/3 lb)', 'bacon cubes', ''],
    ['1 - 2L (1/4 - 1/2 gal) milk', '1 - 2L (1/4 - 1/2 gal)', 'milk', ''],
    ['salt', '', 'salt', ''],
    ['3 cheeses (brie, feta), sliced', '3', 'cheeses (brie, feta)', 'sliced'],
    ['apples, sliced', '', 'apples', 'sliced'],
    ['10 curry leaves', '10', 'curry leaves', ''],
  ])('%s', (line, quantity, name, note) => {
    expect(parseIngredientLine(line)).toEqual({ quantity, name, note, line })
  })
})

describe('imported recipes', () => {
  test('our own samples are read whole, every ingredient recognized', () => {
    const recipes = readImported(samples)
    expect(recipes.length).toBeGreaterThanOrEqual(80)
    for (const recipe of recipes) {
      const unknown = recipe.ingredients.filter((line) => !recognizeIngredient(line))
      expect(unknown).toEqual([])
      const again = parseRecipe(formatRecipe(normalizeRecipe(recipe)))
      expect(again.ingredients.map(({ line }) => line)).toEqual(recipe.ingredients)
      expect(again.steps).toEqual(recipe.directions)
    }
  })

  test.skipIf(!existsSync(shared))('402 real recipes, where the data folder is present', () => {
    const recipes = readImported(shared).map(normalizeRecipe)
    expect(recipes).toHaveLength(402)
    for (const recipe of recipes) {
      const again = parseRecipe(formatRecipe(recipe))
      expect(again.ingredients).toHaveLength(recipe.ingredients.length)
      expect(again.steps.length).toBeGreaterThan(0)
    }
    const lines = recipes.flatMap(({ ingredients }) => ingredients)
    const known = lines.filter(({ line }) => recognizeIngredient(line))
    expect(known.length / lines.length).toBeGreaterThan(0.9)
  })

  test('a recipe without directions is refused with a sentence', () => {
    const refused = ImportedRecipe.safeParse({ title: 'Tea', ingredients: ['1 bag tea'], directions: [] })
    expect(refused.error?.issues[0]?.message).toBe('The recipe has no directions.')
  })
})
