import * as z from 'zod'
import { parseIngredientLine } from './ingredient-line'
import type { Recipe } from './recipe'

/** A recipe as public corpora keep it: a title and two lists of lines. */
export const ImportedRecipe = z.object({
  title: z.string().trim().min(1, 'The recipe has no title.'),
  ingredients: z.array(z.string()).min(1, 'The recipe lists no ingredients.'),
  directions: z.array(z.string()).min(1, 'The recipe has no directions.'),
  tags: z.array(z.string()).optional(),
})
export type ImportedRecipe = z.infer<typeof ImportedRecipe>

const MARKDOWN_LINK = /\[([^\]]+)\]\([^)]*\)/g

/** Brings an imported recipe into Palate's form; links lose their address, blank lines go. */
export function normalizeRecipe({ title, ingredients, directions }: ImportedRecipe): Recipe {
  return {
    title: clean(title),
    minutes: null,
    serves: null,
    cuisine: null,
    ingredients: ingredients.map(clean).filter(Boolean).map(parseIngredientLine),
    steps: directions.map(clean).filter(Boolean),
    complete: true,
    problems: [],
  }
}

function clean(text: string): string {
  return text.replace(MARKDOWN_LINK, '$1').replace(/\s+/g, ' ').trim()
}
