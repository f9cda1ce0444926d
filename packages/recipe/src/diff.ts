import { diffArrays } from 'diff'
import { recognizeIngredient } from './match'
import type { IngredientLine, Recipe } from './recipe'
import { normalName } from './tokens'

/** `same` in both, `changed` (the same ingredient in another amount or form), or `only` in this one. */
export type DiffState = 'same' | 'changed' | 'only'
export type DiffedSide = { ingredients: DiffState[]; steps: DiffState[] }

/**
 * What two recipes share, line by line: `a.ingredients[i]` is the state of the i-th ingredient of `a`. Steps
 * count as the same only in the same order.
 */
export function diffRecipes(a: Lines, b: Lines): { a: DiffedSide; b: DiffedSide } {
  const steps = diffSteps(a.steps.map(normalName), b.steps.map(normalName))
  return {
    a: { ingredients: diffIngredients(a.ingredients, b.ingredients), steps: steps.a },
    b: { ingredients: diffIngredients(b.ingredients, a.ingredients), steps: steps.b },
  }
}

type Lines = Pick<Recipe, 'ingredients' | 'steps'>

function diffIngredients(mine: IngredientLine[], others: IngredientLine[]): DiffState[] {
  const lines = new Set(others.map(({ line }) => normalName(line)))
  const names = new Set(others.map(identity))
  return mine.map((each) => {
    if (lines.has(normalName(each.line))) return 'same'
    return names.has(identity(each)) ? 'changed' : 'only'
  })
}

function identity({ line, name }: IngredientLine): string {
  return recognizeIngredient(line)?.ingredient.id ?? normalName(name)
}

function diffSteps(a: string[], b: string[]): { a: DiffState[]; b: DiffState[] } {
  const sides: { a: DiffState[]; b: DiffState[] } = { a: [], b: [] }
  for (const { value, added, removed } of diffArrays(a, b)) {
    const states = value.map<DiffState>(() => (added || removed ? 'only' : 'same'))
    if (!added) sides.a.push(...states)
    if (!removed) sides.b.push(...states)
  }
  return sides
}
