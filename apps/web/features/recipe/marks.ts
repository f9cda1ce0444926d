import {
  diffRecipes,
  matchIngredients,
  parseRecipe,
  type Recipe,
  recognizeIngredient,
  type Violation,
} from '@palate/recipe'

/** A highlighted part of one line of a recipe, with a reason. */
export type Mark = {
  tone: 'good' | 'warn' | 'bad'
  /** The highlighted part of the line; the whole line if it does not contain the phrase. */
  phrase?: string
  /** The reason, shown under the line. */
  note?: string
}

/** Marks by the index of the line among the ingredients or the steps. */
export type RecipeMarks = { ingredients: Map<number, Mark>; steps: Map<number, Mark> }

/** The indexes of the lines that the other recipe has too. */
export type RecipeSame = { ingredients: ReadonlySet<number>; steps: ReadonlySet<number> }

/** Splits a line around the first occurrence of the phrase, ignoring case. */
export function splitAround(line: string, phrase: string | undefined): [string, string, string] {
  if (!phrase) return ['', line, '']
  const at = line.toLowerCase().indexOf(phrase.toLowerCase())
  if (at < 0) return ['', line, '']
  return [line.slice(0, at), line.slice(at, at + phrase.length), line.slice(at + phrase.length)]
}

/** One rule violation and the exact line that breaks the rule. */
export type Finding = { line: string; evidence: string; ingredient?: string }

export const findingsOf = (violations: readonly Violation[]): Finding[] =>
  violations.map(({ ingredientLine, step, evidence, ingredient }) => ({
    line: ingredientLine ?? step ?? '',
    evidence,
    ingredient,
  }))

/**
 * The marks of a recipe: rule violations with their reason, and lines that use a given ingredient. On one line, a
 * violation replaces the other mark.
 */
export function readMarks(
  text: string,
  { findings = [], used = [] }: { findings?: readonly Finding[]; used?: readonly string[] },
): RecipeMarks {
  const recipe = parseRecipe(text)
  const ingredients = new Map<number, Mark>()
  const steps = new Map<number, Mark>()
  recipe.ingredients.forEach((ingredient, index) => {
    if (used.some((item) => names(ingredient, item))) {
      ingredients.set(index, { tone: 'good', phrase: ingredient.name })
    }
  })
  for (const { line, evidence, ingredient } of findings) {
    const mark: Mark = { tone: 'bad', note: evidence }
    const listed = recipe.ingredients.findIndex((one) => one.line === line)
    if (listed >= 0) ingredients.set(listed, { ...mark, phrase: recipe.ingredients[listed]?.name })
    const step = recipe.steps.indexOf(line)
    if (listed < 0 && step >= 0) steps.set(step, { ...mark, phrase: ingredient })
  }
  return { ingredients, steps }
}

function names({ line, name }: Recipe['ingredients'][number], item: string): boolean {
  const known = recognizeIngredient(item)
  if (!known) return name.toLowerCase().includes(item.trim().toLowerCase())
  return matchIngredients(line).some(({ ingredient }) => ingredient.id === known.ingredient.id)
}

type Sides = ReturnType<typeof diffRecipes>

const positions = (states: readonly string[]): ReadonlySet<number> =>
  new Set(states.flatMap((state, index) => (state === 'same' ? [index] : [])))

const sameIn = (side: Sides['a']): RecipeSame => ({
  ingredients: positions(side.ingredients),
  steps: positions(side.steps),
})

/** The lines that two answers share, so that they can be faded. */
export function readSame(left: string, right: string): { left: RecipeSame; right: RecipeSame } {
  const { a, b } = diffRecipes(parseRecipe(left), parseRecipe(right))
  return { left: sameIn(a), right: sameIn(b) }
}
