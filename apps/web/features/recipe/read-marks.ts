import {
  matchIngredients,
  parseRecipe,
  type Recipe,
  recognizeIngredient,
  type Violation,
} from '@palate/recipe'
import type { Mark, RecipeMarks } from './mark'

/** One broken rule and the line that breaks it, as it was written. */
export type Finding = { line: string; evidence: string; ingredient?: string }

export const findingsOf = (violations: readonly Violation[]): Finding[] =>
  violations.map(({ ingredientLine, step, evidence, ingredient }) => ({
    line: ingredientLine ?? step ?? '',
    evidence,
    ingredient,
  }))

/**
 * Where to point in a recipe: broken rules with their sentence, and lines that use what the cook had. A broken
 * rule on a line outweighs its use.
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
