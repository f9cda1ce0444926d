import { type IngredientMatch, matchIngredients, recognizeIngredient } from './match'
import { findTag } from './ontology'
import type { Recipe } from './recipe'
import { breakByWords, findBreak, type Rule } from './rule'
import { containsWords, normalName } from './tokens'

/** How a recipe uses what a person has. Only ingredients that the persona allows count. */
export type IngredientUse = {
  allowedGiven: string[]
  forbiddenGiven: string[]
  used: string[]
  missed: string[]
  /** Used of allowed, 0 to 1; 1 where nothing allowed was given. */
  rate: number
  all: boolean
}

/** Which of the given ingredients stand in the recipe's ingredient list. */
export function measureUse(
  { ingredients }: Pick<Recipe, 'ingredients'>,
  inventory: string[],
  rules: Rule[],
): IngredientUse {
  const lines = ingredients.map(({ line }) => ({ words: normalName(line), matches: matchIngredients(line) }))
  const items = [...new Map(inventory.map((item) => [normalName(item), item.trim()])).entries()].filter(
    ([key]) => key,
  )
  const given = items.map(([, item]) => item)
  const forbiddenGiven = given.filter((item) => isForbidden(item, rules))
  const allowedGiven = given.filter((item) => !forbiddenGiven.includes(item))
  const used = allowedGiven.filter((item) => lines.some(({ words, matches }) => isUsed(item, words, matches)))
  const missed = allowedGiven.filter((item) => !used.includes(item))
  const rate = allowedGiven.length === 0 ? 1 : used.length / allowedGiven.length
  return { allowedGiven, forbiddenGiven, used, missed, rate, all: missed.length === 0 }
}

/** Whether a persona's rules forbid an ingredient, named in a few words. */
export function isForbidden(item: string, rules: Rule[]): boolean {
  return (
    matchIngredients(item).some((match) => findBreak(match, rules)) || breakByWords(item, rules) !== undefined
  )
}

function isUsed(item: string, lineWords: string, matches: IngredientMatch[]): boolean {
  const given = recognizeIngredient(item)
  if (!given) return containsWords(lineWords, normalName(item))
  return matches.some(
    (match) =>
      match.ingredient.id === given.ingredient.id || isKindOf(match, given) || isKindOf(given, match),
  )
}

/**
 * Whether one ingredient is a kind of the other: chicken thighs of chicken, cherry tomatoes of tomatoes. The
 * general name, where it is a tag, must hold for the particular one, so coconut milk is no kind of milk.
 */
function isKindOf(particular: IngredientMatch, general: IngredientMatch): boolean {
  if (particular.ingredient.role !== general.ingredient.role) return false
  const tag = findTag(general.words)
  const isTail = ` ${particular.words}`.endsWith(` ${general.words}`)
  if (tag === undefined) return isTail
  return particular.tags.has(tag) && (isTail || general.ingredient.role === 'protein')
}
