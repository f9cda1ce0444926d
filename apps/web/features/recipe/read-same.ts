import { diffRecipes, parseRecipe } from '@palate/recipe'
import type { RecipeSame } from './mark'

type Sides = ReturnType<typeof diffRecipes>

const positions = (states: readonly string[]): ReadonlySet<number> =>
  new Set(states.flatMap((state, index) => (state === 'same' ? [index] : [])))

const sameIn = (side: Sides['a']): RecipeSame => ({
  ingredients: positions(side.ingredients),
  steps: positions(side.steps),
})

/** What two answers share, for fading it: the eye goes to what differs. */
export function readSame(left: string, right: string): { left: RecipeSame; right: RecipeSame } {
  const { a, b } = diffRecipes(parseRecipe(left), parseRecipe(right))
  return { left: sameIn(a), right: sameIn(b) }
}
