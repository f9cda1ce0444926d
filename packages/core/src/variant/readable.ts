import { parseRecipe } from '@palate/recipe'

/** Of runs of four words, the share that may have occurred before. Recipes repeat "stir for 2 minutes"; loops repeat all. */
const repetitionLimit = 0.45
const wordsPerRun = 4
const fewWords = 24
/** A model that writes sentences hesitates between two words or fewer on average; one that draws words at random, between many. */
const perplexityLimit = 3

/**
 * Whether a person can judge an answer: it is a recipe with ingredients and steps, does not say the same words again and
 * again, and its words were not drawn nearly at random. A model that has barely learned writes texts that are none of
 * this, and nobody should have to label them.
 *
 * @param perplexity as the answer was sampled; null where it was not measured
 */
export function isReadable(text: string, perplexity: number | null = null): boolean {
  const { ingredients, steps } = parseRecipe(text)
  const isRecipe = ingredients.length > 0 && steps.length > 0
  return isRecipe && repetition(text) <= repetitionLimit && (perplexity ?? 1) <= perplexityLimit
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
