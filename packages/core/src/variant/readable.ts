import { parseRecipe } from '@palate/recipe'

/** Of runs of four words, the share that may have occurred before. Recipes repeat "stir for 2 minutes"; loops repeat all. */
const repetitionLimit = 0.45
const wordsPerRun = 4
const fewWords = 24

/**
 * Whether a person can judge an answer: it is a recipe with ingredients and steps, and does not say the same words
 * again and again. A model that has barely learned writes texts that are neither, and nobody should have to label them.
 */
export function isReadable(text: string): boolean {
  const { ingredients, steps } = parseRecipe(text)
  return ingredients.length > 0 && steps.length > 0 && repetition(text) <= repetitionLimit
}

/** The share of runs of four words that occurred before in the text, 0 to 1; 0 for a short text. */
export function repetition(text: string): number {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length < fewWords) return 0
  const seen = new Set<string>()
  const runs = words.length - wordsPerRun + 1
  for (let at = 0; at < runs; at += 1) seen.add(words.slice(at, at + wordsPerRun).join(' '))
  return 1 - seen.size / runs
}
