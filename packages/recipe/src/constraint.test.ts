import { describe, expect, test } from 'vitest'
import { comparePair } from './compare'
import { checkRecipe } from './constraint'
import { diffRecipes } from './diff'
import { parseRecipe } from './parse'
import { Persona } from './persona'
import { seedPersonas } from './seed'

function write(ingredients: string[], steps: string[] = ['Mix everything.', 'Serve.']): string {
  const list = ingredients.map((line) => `- ${line}`).join('\n')
  const method = steps.map((step, index) => `${index + 1}. ${step}`).join('\n')
  return `# A Dish\n20 min | serves 2 | home\n\n## Ingredients\n${list}\n\n## Method\n${method}`
}

function seed(slug: string): Persona {
  const persona = seedPersonas.find((each) => each.slug === slug)
  if (!persona) throw new Error(`There is no seed persona ${slug}.`)
  return persona
}

function persona(rules: Partial<Persona>): Persona {
  return Persona.parse({ slug: 'test', name: 'Test', ...rules })
}

function violations(text: string, rules: Partial<Persona>) {
  return checkRecipe(text, { persona: persona(rules), inventory: [] }).violations
}

describe('what breaks a rule', () => {
  test.each<[line: string, rules: Partial<Persona>, breaks: boolean]>([
    ['60 g cotija', { diets: ['vegan'] }, true],
    ['400 ml coconut milk', { diets: ['vegan'] }, false],
    ['50 g vegan butter', { diets: ['vegan'], forbidden: ['butter', 'dairy'] }, false],
    ['2 tbsp salted butter', { forbidden: ['butter'] }, true],
    ['1 tbsp honey', { diets: ['vegan'] }, true],
    ['1 tbsp honey', { diets: ['vegetarian'] }, false],
    ['3 eggs', { forbidden: ['egg'] }, true],
    ['1 eggplant', { forbidden: ['eggs'] }, false],
    ['250 g egg noodles', { forbidden: ['eggs'] }, true],
    ['1 tbsp fish sauce', { diets: ['vegetarian'] }, true],
    ['2 tbsp soy sauce', { diets: ['gluten-free'] }, true],
    ['2 tbsp tamari', { diets: ['gluten-free'] }, false],
    ['2 tbsp tamari', { forbidden: ['soy sauce'] }, true],
    ['300 g polenta', { diets: ['gluten-free'] }, false],
    ['250 g gluten-free pasta', { diets: ['gluten-free'], forbidden: ['pasta'] }, false],
    ['300 g cauliflower rice', { forbidden: ['rice'], diets: ['keto'] }, false],
    ['1 tbsp rice vinegar', { forbidden: ['rice'] }, false],
    ['200 g rice noodles', { forbidden: ['rice'] }, true],
    ['2 tbsp gochujang', { forbidden: ['hot'] }, true],
    ['1 courgette', { forbidden: ['zucchini'] }, true],
    ['250 g cherry tomatoes', { forbidden: ['tomato'] }, true],
    ['1 small red onion', { forbidden: ['onions'] }, true],
    ['200 g durian', { forbidden: ['durian'] }, true],
    ['200 g durian', { forbidden: ['mango'] }, false],
    ['1 tbsp capers', { forbidden: ['pickled'] }, true],
    ['100 g salted peanuts', { forbidden: ['salt'] }, true],
    ['100 g unsalted peanuts', { forbidden: ['salt'] }, false],
    ['1 tbsp mirin', { forbidden: ['sweet'] }, true],
    ['150 ml beer', { diets: ['halal'] }, true],
  ])('%s under %j: %s', (line, rules, breaks) => {
    expect(violations(write(['1 handful spinach', line]), rules)).toHaveLength(breaks ? 1 : 0)
  })

  test('says where and why, along the tags', () => {
    const [found] = violations(write(['60 g cotija, crumbled']), { diets: ['vegan'] })
    expect(found).toEqual({
      rule: 'diet',
      term: 'vegan',
      ingredient: 'cotija',
      ingredientLine: '60 g cotija, crumbled',
      evidence: 'Cotija is cheese, and cheese is dairy; a vegan diet leaves that out.',
    })
  })

  test('an ingredient counts once, under the plainest rule', () => {
    const text = write(['30 g butter'], ['Melt the butter.', 'Stir in more butter.'])
    const found = violations(text, { diets: ['vegan'], forbidden: ['dairy', 'butter'] })
    expect(found.map(({ term }) => term)).toEqual(['butter'])
  })

  test('a step that brings in something unlisted counts', () => {
    const [found] = violations(write(['300 g firm tofu'], ['Fry the tofu.', 'Fold in the cream.']), {
      diets: ['vegan'],
    })
    expect(found).toMatchObject({ ingredient: 'heavy cream', step: 'Fold in the cream.' })
    expect(found).not.toHaveProperty('ingredientLine')
  })

  test.each([
    ['400 ml coconut milk', 'Pour in the milk.'],
    ['100 g gluten-free flour', 'Rub in the flour.'],
    ['50 g vegan butter', 'Melt the butter.'],
    ['200 g vegan sausage', 'Slice the sausage.'],
    ['3 tbsp peanut butter', 'Loosen the butter with water.'],
  ])('a step may speak loosely of "%s"', (line, step) => {
    expect(
      violations(write([line, '1 lime'], [step, 'Serve.']), { diets: ['vegan', 'gluten-free'] }),
    ).toEqual([])
  })

  test.each<[line: string, rules: Partial<Persona>, evidence: string]>([
    [
      '500 ml beef stock',
      { diets: ['vegetarian'] },
      'Beef stock contains beef, and beef is meat; a vegetarian diet leaves that out.',
    ],
    [
      '2 tbsp soy sauce',
      { diets: ['gluten-free'] },
      'Soy sauce contains wheat, and wheat contains gluten; a gluten-free diet leaves that out.',
    ],
    [
      '1 sheet puff pastry',
      { forbidden: ['dairy'] },
      'Puff pastry contains butter, and butter is dairy; "dairy" is on the forbidden list.',
    ],
    [
      '250 ml whole milk',
      { forbidden: ['dairy'] },
      'Whole milk is milk, and milk is dairy; "dairy" is on the forbidden list.',
    ],
    [
      '2 jalapenos',
      { forbidden: ['hot'] },
      'Jalapeno contains chili, and chili is hot; "hot" is on the forbidden list.',
    ],
    ['3 eggs', { forbidden: ['eggs'] }, 'Egg is named, and "eggs" is on the forbidden list.'],
    ['1 durian', { forbidden: ['Durian'] }, 'The text names "Durian", which is on the forbidden list.'],
  ])('explains %s', (line, rules, evidence) => {
    expect(violations(write([line, '1 lime']), rules).map((found) => found.evidence)).toEqual([evidence])
  })

  test('a general word in a step is the listed ingredient, and counts no second time', () => {
    const text = write(
      ['400 g pork loin', '50 g pecorino', '320 g spaghetti'],
      ['Brown the meat.', 'Add cheese to the pasta.'],
    )
    const found = violations(text, { diets: ['vegan'], forbidden: ['pasta'] })
    expect(found.map(({ ingredient }) => ingredient)).toEqual(['pork loin', 'parmesan', 'spaghetti'])
  })

  test('what a step denies is no violation', () => {
    const text = write(['300 g firm tofu', '1 lime'], ['Season without salt.', 'Use oil instead of butter.'])
    expect(violations(text, { diets: ['vegan'], forbidden: ['salt', 'butter'] })).toEqual([])
  })

  test('a persona without rules is never broken', () => {
    expect(
      checkRecipe(write(['2 steaks', '1 tsp salt']), { persona: seed('seoul-heat'), inventory: [] })
        .violations,
    ).toEqual([])
  })
})

describe('the use of what was given', () => {
  test('only allowed ingredients count, once each', () => {
    const { use } = checkRecipe(write(['400 g black beans', '60 g cotija', '1 avocado']), {
      persona: seed('vegan-cantina'),
      inventory: ['Black beans', 'cotija', 'lime', 'black bean', 'avocados'],
    })
    expect(use).toEqual({
      allowedGiven: ['black bean', 'lime', 'avocados'],
      forbiddenGiven: ['cotija'],
      used: ['black bean', 'avocados'],
      missed: ['lime'],
      rate: 2 / 3,
      all: false,
    })
  })

  test.each([
    ['chicken', '500 g chicken thighs, diced', true],
    ['chicken thighs', '500 g chicken', true],
    ['fish', '2 salmon fillets', true],
    ['tomatoes', '250 g cherry tomatoes', true],
    ['rice', '250 g brown rice', true],
    ['rice', '200 g rice noodles', false],
    ['rice', '300 g cauliflower rice', false],
    ['milk', '400 ml coconut milk', false],
    ['chicken', '500 ml chicken stock', false],
    ['durian', '1 ripe durian', true],
    ['salmon fillets', '2 cod fillets', false],
    ['garlic', '2 cloves garlic, minced', true],
  ])('%s is used by "%s": %s', (given, line, used) => {
    const { use } = checkRecipe(write([line]), { persona: persona({}), inventory: [given] })
    expect(use.all).toBe(used)
  })

  test('nothing allowed given counts as all used', () => {
    const { use } = checkRecipe(write(['1 lime']), { persona: seed('vegan-cantina'), inventory: ['cotija'] })
    expect(use).toMatchObject({ rate: 1, all: true, allowedGiven: [] })
  })
})

describe('comparePair', () => {
  const context = { persona: seed('vegan-cantina'), inventory: ['black beans', 'avocado', 'cotija'] }
  const good = write(['400 g black beans', '1 avocado'])
  const half = write(['400 g black beans', '1 lime'])
  const cheesy = write(['400 g black beans', '1 avocado', '60 g cotija'])
  const worse = write(['400 g black beans', '1 avocado', '60 g cotija', '2 eggs'])
  const crooked = good.replace('2. Serve', '5. Serve')

  test.each([
    ['fewer violations', half, cheesy, 'a', 'It breaks 0 rules of the persona, the other 1.'],
    ['more of what was given', half, good, 'b', 'It uses 2 of the 2 allowed given ingredients, the other 1.'],
    [
      'the better form',
      good,
      crooked,
      'a',
      'It has the better form; of the other: The steps are not numbered 1, 2, 3.',
    ],
    ['equals', good, good, 'tie', 'By the rules both are equally good.'],
    ['equally bad', cheesy, cheesy, 'both_bad', 'Both break 1 rule of the persona.'],
    ['less bad', worse, cheesy, 'b', 'It breaks 1 rule of the persona, the other 2.'],
    ['no recipe breaks no rule, and loses', 'Sorry.', worse, 'b', 'The other answer is no recipe.'],
    ['neither is a recipe', 'Sorry.', '', 'both_bad', 'Neither answer is a recipe.'],
  ])('%s', (_, a, b, choice, reason) => {
    expect(comparePair(a, b, context)).toEqual({ choice, reason })
    const mirrored = { a: 'b', b: 'a' }[choice] ?? choice
    expect(comparePair(b, a, context)).toEqual({ choice: mirrored, reason })
  })
})

describe('diffRecipes', () => {
  test('marks what both share, what changed and what is alone', () => {
    const a = parseRecipe(
      write(
        ['400 g black beans', '1 avocado, diced', '1 lime'],
        ['Mash the beans.', 'Warm the pan.', 'Serve.'],
      ),
    )
    const b = parseRecipe(
      write(
        ['200 g Black Beans', '1 avocado, diced', '60 g cotija'],
        ['Warm the pan.', 'Add cotija.', 'serve'],
      ),
    )
    expect(diffRecipes(a, b)).toEqual({
      a: { ingredients: ['changed', 'same', 'only'], steps: ['only', 'same', 'same'] },
      b: { ingredients: ['changed', 'same', 'only'], steps: ['same', 'only', 'same'] },
    })
  })

  test('a recipe is the same as itself, and shares nothing with an empty one', () => {
    const recipe = parseRecipe(write(['1 lime', '2 eggs']))
    const self = diffRecipes(recipe, recipe)
    expect(new Set([...self.a.ingredients, ...self.b.steps])).toEqual(new Set(['same']))
    expect(diffRecipes(recipe, parseRecipe('')).a).toEqual({
      ingredients: ['only', 'only'],
      steps: ['only', 'only'],
    })
  })
})
