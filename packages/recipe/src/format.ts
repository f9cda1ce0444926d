import { formatIngredientLine } from './ingredient-line'
import type { Recipe } from './recipe'

type Written = Pick<Recipe, 'title' | 'minutes' | 'serves' | 'cuisine' | 'steps'> & {
  ingredients: { quantity: string; name: string; note: string }[]
}

/**
 * Writes a recipe in the form that `parseRecipe` reads. Facts that are `null` are left out, so that nothing
 * is made up.
 */
export function formatRecipe({ title, minutes, serves, cuisine, ingredients, steps }: Written): string {
  const facts = [minutes ? `${minutes} min` : '', serves ? `serves ${serves}` : '', cuisine ?? ''].filter(
    Boolean,
  )
  return [
    `# ${title}`,
    ...(facts.length > 0 ? [facts.join(' | ')] : []),
    '',
    '## Ingredients',
    ...ingredients.map((ingredient) => `- ${formatIngredientLine(ingredient)}`),
    '',
    '## Method',
    ...steps.map((step, index) => `${index + 1}. ${step}`),
  ].join('\n')
}
