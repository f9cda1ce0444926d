import { describe, expect, test } from 'vitest'
import { matchIngredients, recognizeIngredient } from './match'
import { closure, findTag, Ontology, ontology, tagPath } from './ontology'
import { normalName, singular } from './tokens'

describe('what a line names', () => {
  const table: [line: string, id: string | undefined, has: string[], lacks: string[]][] = [
    ['400 ml coconut milk', 'coconut-milk', ['coconut'], ['dairy', 'milk']],
    ['200 ml whole milk', 'milk', ['dairy'], []],
    ['300 g cauliflower rice', 'cauliflower-rice', ['low-carb'], ['rice', 'high-carb']],
    ['2 tbsp rice vinegar', 'rice-vinegar', ['vinegar'], ['rice', 'high-carb']],
    ['3 tbsp crunchy peanut butter', 'peanut-butter', ['peanut', 'nuts'], ['dairy', 'butter']],
    ['1 large eggplant, cubed', 'eggplant', ['low-carb'], ['egg']],
    ['2 Eggs, beaten', 'eggs', ['egg'], []],
    ['1 tbsp corn starch', 'cornstarch', ['corn', 'high-carb'], ['gluten']],
    ['8 corn tortillas', 'corn-tortillas', ['corn', 'high-carb'], ['gluten', 'flour']],
    ['8 flour tortillas', 'flour-tortillas', ['gluten', 'flour', 'high-carb'], ['corn']],
    ['2 tbsp soy sauce', 'soy-sauce', ['soy sauce', 'gluten', 'salt', 'soy'], ['dairy']],
    ['2 tbsp gluten-free soy sauce', 'tamari', ['soy sauce', 'salt'], ['gluten']],
    ['250 g gluten-free pasta', 'gluten-free-pasta', ['high-carb'], ['gluten', 'pasta']],
    ['320 g gluten-free spaghetti', 'spaghetti', ['high-carb'], ['gluten', 'pasta', 'wheat']],
    ['50 g vegan butter', 'butter', [], ['dairy', 'butter']],
    ['150 g coconut yoghurt', 'yogurt', [], ['dairy']],
    ['100 g dairy-free cream cheese', 'cream-cheese', [], ['dairy', 'cheese', 'cream']],
    ['2 tbsp egg-free mayonnaise', 'mayonnaise', ['salt'], ['egg']],
    ['100 g pickled beets', 'beets', ['pickled', 'salt'], []],
    ['spicy sausage', 'italian-sausage', ['spicy', 'meat'], []],
    ['50 g unsalted crackers', 'crackers', ['gluten'], ['salt']],
    ['½ cup half-and-half', 'heavy-cream', ['cream', 'dairy'], []],
    ['150 g oyster mushrooms', 'oyster-mushrooms', ['mushroom'], ['seafood', 'shellfish']],
    ['1 tbsp oyster sauce', 'oyster-sauce', ['seafood', 'salt'], []],
    ['1/2 cup butter beans', 'white-beans', ['beans'], ['dairy', 'butter']],
    ['1 head butter lettuce', 'lettuce', [], ['dairy']],
    ['1 butternut squash', 'butternut-squash', [], ['butter', 'nuts']],
    ['60 g cotija', 'cotija', ['cheese', 'dairy'], ['spicy']],
    ['2 tbsp gochujang', 'gochujang', ['spicy', 'chili', 'salt'], []],
    ['1 tsp sweet paprika', 'paprika', [], ['spicy', 'sweet']],
    ['150 g glass noodles', 'glass-noodles', ['noodles', 'high-carb'], ['gluten']],
    ['4 slices bacon', 'bacon', ['pork', 'meat', 'cured', 'salt'], ['beef']],
    ['one philosophy of plates', undefined, [], []],
    ['', undefined, [], []],
  ]
  test.each(table)('%s', (line, id, has, lacks) => {
    const match = recognizeIngredient(line)
    expect(match?.ingredient.id).toBe(id)
    const tags = [...(match?.tags.keys() ?? [])]
    expect(tags).toEqual(expect.arrayContaining(has))
    expect(tags.filter((tag) => lacks.includes(tag))).toEqual([])
  })

  test.each([
    ['Season without salt.', []],
    ['Use oil instead of the butter.', ['vegetable-oil']],
    ['Leave out the sugar, add honey.', ['honey']],
    ['Do not add salt.', []],
    ['Cream the sugar and the oil.', ['sugar', 'vegetable-oil']],
    ['Stir in the cream.', ['heavy-cream']],
    ['Add garlic, chives and ginger.', ['garlic', 'chives', 'ginger']],
    ['2 Tbsp. butter or margarine', ['butter', 'margarine']],
    ['Chicken-style tofu', ['firm-tofu']],
    ['Line a cookie sheet and take a bread knife.', []],
    ['Push aside and fry the leek, then serve with fries.', ['leeks', 'potato-chips']],
    ['Stir the rice in a rice cooker.', ['white-rice']],
  ])('the ingredients of "%s"', (text, ids) => {
    expect(matchIngredients(text).map(({ ingredient }) => ingredient.id)).toEqual(ids)
  })

  test('every spelling in the ontology finds its own ingredient', () => {
    const wrong = ontology.ingredients.flatMap(({ id, name, aliases }) =>
      [name, ...aliases].filter((spelling) => recognizeIngredient(spelling)?.ingredient.id !== id),
    )
    expect(wrong).toEqual([])
  })
})

describe('the ontology', () => {
  test('is of a useful size', () => {
    expect(ontology.ingredients.length).toBeGreaterThanOrEqual(260)
    expect(ontology.cuisines.length).toBeGreaterThanOrEqual(9)
  })

  test('closure follows what tags imply, and says from where', () => {
    const tags = closure(['bacon'])
    expect([...tags.keys()].sort()).toEqual(['bacon', 'cured', 'meat', 'pork', 'salt'])
    expect(tagPath(tags, 'meat')).toEqual(['bacon', 'pork', 'meat'])
    expect(tagPath(tags, 'salt')).toEqual(['bacon', 'cured', 'salt'])
  })

  test.each([
    ['eggs', 'egg'],
    ['Hot', 'spicy'],
    ['soy sauce', 'soy sauce'],
    ['High Carb', 'high-carb'],
    ['noodle', 'noodles'],
    ['cotija', undefined],
  ])('the tag of %s', (word, tag) => {
    expect(findTag(word)).toBe(tag)
  })

  test('two ingredients may not share a spelling', () => {
    const [first, second] = ontology.ingredients
    const twice = { ...ontology, ingredients: [first, { ...second, aliases: [first?.name] }] }
    expect(Ontology.safeParse(twice).error?.issues[0]?.message).toMatch(/names both/)
  })
})

test.each([
  ['tomatoes', 'tomato'],
  ['chilies', 'chili'],
  ['leaves', 'leaf'],
  ['radishes', 'radish'],
  ['anchovies', 'anchovy'],
  ['peas', 'pea'],
  ['couscous', 'couscous'],
  ['asparagus', 'asparagus'],
  ['cheeses', 'cheese'],
  ['bass', 'bass'],
])('%s is %s in the singular', (many, one) => {
  expect(singular(many)).toBe(one)
  expect(singular(one)).toBe(one)
})

test('a name has one spelling', () => {
  expect(normalName('  Crème-Fraîche ')).toBe('creme fraiche')
  expect(normalName('Za’atar Leaves')).toBe('zaatar leaf')
})
