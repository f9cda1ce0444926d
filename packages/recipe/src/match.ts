import { type Modifier, modifierAt, modifiersBefore } from './modifier'
import { closure, type Ingredient, ontology } from './ontology'
import { type Token, tokens } from './tokens'

/** An ingredient that a text names. */
export type IngredientMatch = {
  ingredient: Ingredient
  /** The spelling found, in the singular: "corn tortilla". */
  words: string
  /** Every tag that holds, with the tag that implied it. */
  tags: Map<string, string | null>
  /** Tags that a word before it took away ("vegan butter": butter, dairy). */
  removed: Set<string>
}

type Spelling = { words: string[]; ingredient: Ingredient }

const spellingsByFirstWord = new Map<string, Spelling[]>()
for (const ingredient of ontology.ingredients) {
  for (const name of [ingredient.name, ...ingredient.aliases]) {
    const words = tokens(name).filter((word) => word !== null)
    const first = words[0]
    if (first === undefined) continue
    spellingsByFirstWord.set(first, [...(spellingsByFirstWord.get(first) ?? []), { words, ingredient }])
  }
}
for (const spellings of spellingsByFirstWord.values()) {
  spellings.sort((a, b) => b.words.length - a.words.length)
}

/**
 * The ingredients that a text names, in order. At each place the longest known spelling wins, so "coconut
 * milk" is never milk. What is denied ("without butter", "no salt", "egg-free") is left out.
 */
export function matchIngredients(text: string): IngredientMatch[] {
  const words = tokens(text)
  const matches: IngredientMatch[] = []
  for (let at = 0; at < words.length; ) {
    const modifierLength = modifierAt(words, at)
    const longest = spellingAt(words, at)
    const spelling = longest && longest.words.length > modifierLength ? longest : undefined
    if (spelling && !isDenied(words, at) && !isVerb(words, at, spelling) && !isTool(words, at, spelling)) {
      matches.push(toMatch(spelling, modifiersBefore(words, at)))
    }
    at += spelling?.words.length || modifierLength || 1
  }
  return matches
}

/** The ingredient that an ingredient line is about: the longest spelling, and of equals the last (the head). */
export function recognizeIngredient(line: string): IngredientMatch | undefined {
  return matchIngredients(line).reduce<IngredientMatch | undefined>(
    (best, match) => (best && wordCount(best) > wordCount(match) ? best : match),
    undefined,
  )
}

function wordCount({ words }: IngredientMatch): number {
  return words.split(' ').length
}

function spellingAt(words: Token[], at: number): Spelling | undefined {
  const candidates = spellingsByFirstWord.get(words[at] ?? '') ?? []
  return candidates.find((candidate) => candidate.words.every((word, offset) => words[at + offset] === word))
}

const DENIALS = new Set([
  'no',
  'without',
  'omit',
  'skip',
  'omitting',
  'skipping',
  'never',
  'replacing',
  'avoid',
])
const FILLERS = new Set([
  'the',
  'a',
  'an',
  'any',
  'of',
  'add',
  'use',
  'adding',
  'using',
  'more',
  'extra',
  'all',
])

/** Looks back over small words for a denial: "instead of the butter", "do not add salt", "leave out the salt". */
function isDenied(words: Token[], at: number): boolean {
  let back = at - 1
  while (FILLERS.has(words[back] ?? '')) back -= 1
  const before = words[back] ?? ''
  const two = words[back - 1] ?? ''
  if (DENIALS.has(before) || before === 'instead' || before === 'not') return true
  return (before === 'out' && ['leave', 'leaving'].includes(two)) || (before === 'place' && two === 'in')
}

const ALSO_VERBS = new Set(['cream', 'squash', 'fish', 'pickle'])
const OBJECT_STARTS = new Set(['the', 'a', 'an', 'together', 'out', 'it', 'them'])

/** "Cream the sugar and oil" names no cream. */
function isVerb(words: Token[], at: number, spelling: Spelling): boolean {
  const first = words[at] ?? ''
  if (spelling.words.length > 1 || !ALSO_VERBS.has(first)) return false
  const before = words[at - 1]
  const startsClause = before === undefined || before === null || ['and', 'then'].includes(before)
  return startsClause && OBJECT_STARTS.has(words[at + 1] ?? '')
}

const TOOLS = new Set([
  'pan',
  'knife',
  'cutter',
  'scoop',
  'scooper',
  'cooker',
  'grater',
  'cloth',
  'thermometer',
  'timer',
  'machine',
])

/** "A bread knife" and "a cookie sheet" are not eaten. */
function isTool(words: Token[], at: number, spelling: Spelling): boolean {
  const next = words[at + spelling.words.length] ?? ''
  return TOOLS.has(next) || (next === 'sheet' && words[at] === 'cookie')
}

function toMatch({ words, ingredient }: Spelling, modifiers: Modifier[]): IngredientMatch {
  const full = closure(ingredient.tags)
  const gone = new Set(
    modifiers.flatMap(({ removes, onlyStarch }) =>
      onlyStarch && ingredient.role !== 'starch' ? [] : removes,
    ),
  )
  const kept = [...full.keys()].filter((tag) => ![...closure([tag]).keys()].some((each) => gone.has(each)))
  // Only tags that were the ingredient's own start a path; what they imply is found again.
  const own = [
    ...ingredient.tags.filter((tag) => kept.includes(tag)),
    ...modifiers.flatMap(({ adds }) => adds),
  ]
  const tags = closure(own)
  for (const tag of kept) for (const [each, from] of closure([tag])) if (!tags.has(each)) tags.set(each, from)
  const removed = new Set([...full.keys()].filter((tag) => !tags.has(tag)))
  return { ingredient, words: words.join(' '), tags, removed }
}
