import { type IngredientMatch, matchIngredients } from './match'
import { findTag } from './ontology'
import { containsWords, normalName } from './tokens'

export type ListedIngredient = { name: string; matches: IngredientMatch[] }

/**
 * The ingredients that a step names. A step speaks loosely ("stir in the milk") of what the list names in
 * full ("coconut milk"), so a loose name is read as the listed ingredient where one answers to it.
 */
export function matchStep(step: string, listed: ListedIngredient[]): IngredientMatch[] {
  return matchIngredients(step).map((match) => findListed(match, listed) ?? match)
}

function findListed(match: IngredientMatch, listed: ListedIngredient[]): IngredientMatch | undefined {
  const same = listed
    .flatMap(({ matches }) => matches)
    .find(({ ingredient }) => ingredient.id === match.ingredient.id)
  return same ?? listed.flatMap((item) => item.matches.filter((each) => answersTo(each, item, match)))[0]
}

function answersTo(listed: IngredientMatch, { name }: ListedIngredient, match: IngredientMatch): boolean {
  const isTail =
    ` ${listed.words}`.endsWith(` ${match.words}`) || ` ${normalName(name)}`.endsWith(` ${match.words}`)
  const isKind = listed.ingredient.role === match.ingredient.role && containsWords(listed.words, match.words)
  // "The meat" is the listed pork, "the cheese" the listed pecorino.
  const tag = findTag(match.words)
  return isTail || isKind || (tag !== undefined && listed.tags.has(tag))
}
