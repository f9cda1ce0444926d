import JSON5 from 'json5'
import { splitSteps } from './split-steps'

/** The names that files give to a field. The first one that a row has is read. */
export const fieldNames = {
  title: ['title', 'name'],
  ingredients: ['ingredients'],
  directions: ['directions', 'instructions', 'steps'],
} as const
export type RecipeField = keyof typeof fieldNames

export const fieldProblems = [
  'NaN',
  'not text',
  'not a list of texts',
  'one text instead of a list',
  'a list that is cut off or malformed',
] as const
export type FieldProblem = (typeof fieldProblems)[number]

/** What a field holds, or what is wrong with it. A missing value is empty. */
export type ReadField<Value> = { value: Value } | { problem: FieldProblem }

/** How programs write a missing value as text. */
const missing = /^\s*(?:nan|null|none)?\s*$/i

export function readTitle(value: unknown): ReadField<string> {
  if (Number.isNaN(value)) return { problem: 'NaN' }
  if (value === null || value === undefined) return { value: '' }
  if (typeof value !== 'string') return { problem: 'not text' }
  return { value: missing.test(value) ? '' : value }
}

/** A list of texts, also one that is written as JSON or as Python writes it, or one ingredient a line. */
export function readIngredients(value: unknown): ReadField<string[]> {
  return readTexts(value, (text) => {
    const lines = text.split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim())
    return lines.length > 1 ? { value: lines } : { problem: 'one text instead of a list' }
  })
}

/** A list of texts, or one text, which is split into steps. */
export function readDirections(value: unknown): ReadField<string[]> {
  return readTexts(value, (text) => ({ value: splitSteps(text) }))
}

/** Tags are optional: what is neither a list nor text counts as none. */
export function readTags(value: unknown): string[] {
  const read = readTexts(value, (text) => ({ value: text.split(',') }))
  return 'value' in read ? read.value : []
}

function readTexts(value: unknown, readText: (text: string) => ReadField<string[]>): ReadField<string[]> {
  if (typeof value !== 'string') return checkList(value)
  if (missing.test(value)) return { value: [] }
  if (!value.trimStart().startsWith('[')) return readText(value)
  const list = parseLoosely(value)
  if (list !== undefined) return checkList(list)
  return looksLikeList(value) ? { problem: 'a list that is cut off or malformed' } : readText(value)
}

function checkList(value: unknown): ReadField<string[]> {
  if (value === null || value === undefined) return { value: [] }
  if (Number.isNaN(value)) return { problem: 'NaN' }
  if (!Array.isArray(value)) return { problem: 'not a list of texts' }
  if (value.every((item): item is string => typeof item === 'string')) return { value }
  return { problem: value.some(Number.isNaN) ? 'NaN' : 'not a list of texts' }
}

/** `["a", "b` is a list that was cut off; `[optional] Toast the bread.` is text. */
function looksLikeList(text: string): boolean {
  return /^\s*\[\s*["'[{]/.test(text) || /\]\s*$/.test(text)
}

/** JSON, or what Python programs write in its place: NaN, Infinity, single quotes. @returns undefined when it is neither */
export function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return parseJson5(text)
  }
}

function parseJson5(text: string): unknown {
  try {
    // JSON5 prints a warning for these two in a text.
    return JSON5.parse<unknown>(text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'))
  } catch {
    return undefined
  }
}
