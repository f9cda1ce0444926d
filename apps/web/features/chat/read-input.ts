import { findNotFood, notFoodSentence } from '@palate/recipe'

export const maxIngredients = 12
export const maxIngredientLength = 60
export const maxRequestLength = 300

/**
 * What a typed or pasted text adds to the ingredients. Nothing is cut: what cannot be added stays in `rest`, and
 * `problem` says why.
 */
export function readIngredients(known: readonly string[], text: string) {
  const all = [...known]
  const rest: string[] = []
  let problem: string | null = null
  for (const word of text.split(/[,;\n]/).map((part) => part.trim())) {
    if (word === '' || all.some((one) => one.toLowerCase() === word.toLowerCase())) continue
    const wrong = problemOf(word, all.length)
    if (wrong) rest.push(word)
    else all.push(word)
    problem ??= wrong
  }
  return { all, rest: rest.join(', '), problem }
}

function problemOf(word: string, count: number): string | null {
  const harmful = findNotFood(word)
  if (harmful) return notFoodSentence(harmful)
  if (word.length > maxIngredientLength)
    return `An ingredient has at most ${maxIngredientLength} characters; this one has ${word.length.toLocaleString('en')}. Shorten it.`
  if (count >= maxIngredients)
    return `A recipe takes at most ${maxIngredients} ingredients. Remove one to add another.`
  return null
}

/** Why a request cannot be sent as it is; null when it can. */
export function problemOfRequest(text: string): string | null {
  const { length } = text.trim()
  if (length <= maxRequestLength) return null
  return `A request has at most ${maxRequestLength} characters; this one has ${length.toLocaleString('en')}. Shorten it.`
}
