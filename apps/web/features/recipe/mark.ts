/** What is worth pointing at in one line of a recipe, and why. */
export type Mark = {
  tone: 'good' | 'warn' | 'bad'
  /** The part of the line that is meant; the whole line where it does not occur in it. */
  phrase?: string
  /** A sentence for the reader, shown under the line. */
  note?: string
}

/** Marks by the position of the line among the ingredients or the steps. */
export type RecipeMarks = { ingredients: Map<number, Mark>; steps: Map<number, Mark> }

/** Which lines also stand in the recipe beside it, by position. */
export type RecipeSame = { ingredients: ReadonlySet<number>; steps: ReadonlySet<number> }

/** Splits a line around the marked phrase; the first occurrence counts, whatever its case. */
export function splitAround(line: string, phrase: string | undefined): [string, string, string] {
  if (!phrase) return ['', line, '']
  const at = line.toLowerCase().indexOf(phrase.toLowerCase())
  if (at < 0) return ['', line, '']
  return [line.slice(0, at), line.slice(at, at + phrase.length), line.slice(at + phrase.length)]
}
