import { parseIngredientLine } from './ingredient-line'
import type { IngredientLine, Recipe, RecipeProblem } from './recipe'
import { normalName } from './tokens'

type Section = 'head' | 'ingredients' | 'method'
type Draft = {
  title: string
  minutes: number | null
  serves: number | null
  cuisine: string | null
  hasMeta: boolean
  ingredients: IngredientLine[]
  steps: string[]
  numbers: (number | null)[]
  stray: string[]
}

const HEADINGS: [Section, string[]][] = [
  ['ingredients', ['ingredients', 'ingredient']],
  ['method', ['method', 'directions', 'instructions', 'steps', 'preparation']],
]

/**
 * Reads a recipe in Palate's form (title, one line of facts, ingredients, numbered method). Never throws: a
 * text cut off anywhere, or no recipe at all, gives what could be read, `complete: false` and the problems.
 */
export function parseRecipe(text: string): Recipe {
  const draft: Draft = {
    title: '',
    minutes: null,
    serves: null,
    cuisine: null,
    hasMeta: false,
    ingredients: [],
    steps: [],
    numbers: [],
    stray: [],
  }
  let section: Section = 'head'
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (!line) continue
    const heading = readHeading(line)
    if (heading) section = heading
    else readLine(draft, section, line)
  }
  const complete = isComplete(draft, text)
  return {
    title: draft.title,
    minutes: draft.minutes,
    serves: draft.serves,
    cuisine: draft.cuisine,
    ingredients: draft.ingredients,
    steps: draft.steps,
    complete,
    problems: findProblems(draft, complete),
  }
}

/** A heading, whole or still being written ("## Ingre"); "Method:" counts too. */
function readHeading(line: string): Section | undefined {
  const hashes = /^##+\s*(.*?):?$/.exec(line)
  const bare = /^\**([a-z]+)\**:?\**$/i.exec(line)
  const name = (hashes?.[1] ?? bare?.[1])?.toLowerCase()
  if (name === undefined) return undefined
  const exact = HEADINGS.find(([, names]) => names.includes(name))
  if (exact || !hashes || name === '') return exact?.[0]
  return HEADINGS.find(([, names]) => names.some((each) => each.startsWith(name)))?.[0]
}

function readLine(draft: Draft, section: Section, line: string): void {
  if (/^(?:#+|[-*•]|\d+[.)]?)$/.test(line)) return
  if (section === 'head') readHead(draft, line)
  else if (section === 'ingredients') readIngredient(draft, line)
  else readStep(draft, line)
}

function readHead(draft: Draft, line: string): void {
  const title = /^#\s+(.+)$/.exec(line)?.[1]
  if (title && !draft.title) draft.title = title.trim()
  else if (!draft.hasMeta && readMeta(draft, line)) draft.hasMeta = true
  else draft.stray.push(line)
}

/** Reads `25 min | serves 4 | mexican`; true when the line is such a line. */
function readMeta(draft: Draft, line: string): boolean {
  const minutes = /^(\d{1,4})\s*min/i.exec(line)
  if (!minutes?.[1]) return false
  draft.minutes = Number(minutes[1])
  const [, serves, cuisine] = line.split('|').map((part) => part.trim())
  const people = /^serves\s+(\d{1,3})$/i.exec(serves ?? '')?.[1]
  draft.serves = people ? Number(people) : null
  draft.cuisine = cuisine || null
  return true
}

function readIngredient(draft: Draft, line: string): void {
  const item = /^[-*•]\s+(.+)$/.exec(line)?.[1]
  if (item) draft.ingredients.push(parseIngredientLine(item))
  else draft.stray.push(line)
}

function readStep(draft: Draft, line: string): void {
  const numbered = /^(\d+)[.)]\s+(.+)$/.exec(line)
  const step = numbered?.[2] ?? /^[-*•]\s+(.+)$/.exec(line)?.[1] ?? line
  draft.steps.push(step.trim())
  draft.numbers.push(numbered?.[1] ? Number(numbered[1]) : null)
}

function isComplete(draft: Draft, text: string): boolean {
  const last = draft.steps.at(-1)
  return draft.title !== '' && draft.ingredients.length > 0 && last !== undefined && /[.!?)]\s*$/.test(text)
}

function findProblems(draft: Draft, complete: boolean): RecipeProblem[] {
  const { title, minutes, serves, cuisine, ingredients, steps, numbers, stray } = draft
  const problems: RecipeProblem[] = []
  const when = (condition: boolean, code: RecipeProblem['code'], text: string) => {
    if (condition) problems.push({ code, text })
  }
  const names = ingredients.map(({ name }) => normalName(name))
  const repeated = ingredients.find(({ name }, index) => names.indexOf(normalName(name)) < index)
  const counted = numbers.every((number) => number !== null)
  when(!title, 'no-title', 'The recipe has no title.')
  when(
    !minutes || !serves || !cuisine,
    'no-meta',
    'The line with minutes, servings and cuisine is missing or not whole.',
  )
  when(ingredients.length === 0, 'no-ingredients', 'The recipe lists no ingredients.')
  when(ingredients.length === 1, 'few-ingredients', 'The recipe lists only one ingredient.')
  when(Boolean(repeated), 'repeated-ingredient', `The ingredient ${repeated?.name ?? ''} is listed twice.`)
  when(steps.length === 0, 'no-method', 'The recipe has no method.')
  when(steps.length === 1, 'few-steps', 'The method has only one step.')
  when(!counted, 'unnumbered-steps', 'A step of the method has no number.')
  when(
    counted && numbers.some((number, index) => number !== index + 1),
    'misnumbered-steps',
    'The steps are not numbered 1, 2, 3.',
  )
  when(stray.length > 0, 'stray-text', `This line belongs to no part of the recipe: "${stray[0] ?? ''}"`)
  when(!complete, 'incomplete', 'The text ends before the recipe does.')
  return problems
}
