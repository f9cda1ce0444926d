import { formatRecipe } from '@palate/recipe'
import { readDirections, readIngredients, readTags, readTitle } from './recipe-field'
import type { DropReason, ImportProfile, KeptRow, SourceRow } from './types'

/** Characters of a whole recipe. Longer texts are scraped pages, not recipes. */
export const maxTextLength = 20_000

export type CheckedRow = { kept: KeptRow } | { line: number; reason: DropReason }

/** Checks one row. Its reason is the first problem: unreadable fields, then empty ones, then the length. */
export function checkRow(row: SourceRow): CheckedRow {
  if ('reason' in row) return row
  const { line } = row
  const title = readTitle(row.title)
  if ('problem' in title) return { line, reason: `title: ${title.problem}` }
  const ingredients = readIngredients(row.ingredients)
  if ('problem' in ingredients) return { line, reason: `ingredients: ${ingredients.problem}` }
  const directions = readDirections(row.directions)
  if ('problem' in directions) return { line, reason: `directions: ${directions.problem}` }
  return checkLength({
    line,
    title: squeeze(title.value),
    ingredients: squeezeAll(ingredients.value),
    directions: squeezeAll(directions.value),
    tags: squeezeAll(readTags(row.tags)),
  })
}

function checkLength(fields: Omit<KeptRow, 'text'>): CheckedRow {
  const { line, title, ingredients, directions } = fields
  if (!title) return { line, reason: 'no title' }
  if (ingredients.length === 0) return { line, reason: 'no ingredients' }
  if (directions.length === 0) return { line, reason: 'no directions' }
  const text = formatRecipe({
    title,
    minutes: null,
    serves: null,
    cuisine: null,
    ingredients: ingredients.map((name) => ({ quantity: '', name, note: '' })),
    steps: directions,
  })
  if (text.length > maxTextLength) return { line, reason: 'too long' }
  return { kept: { ...fields, text } }
}

const squeezeAll = (texts: string[]) => texts.map(squeeze).filter(Boolean)

const alreadyPlain = /^[!-~]+(?: [!-~]+)*$/

/** One line of plain text: no control characters (Postgres refuses NUL), no half surrogate pairs (not UTF-8). */
function squeeze(text: string): string {
  if (alreadyPlain.test(text)) return text
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

const keptLines = 50

/** Counts dropped rows and keeps the first lines of each reason. */
export class DropTally {
  readonly #byReason = new Map<DropReason, { count: number; lines: number[] }>()

  add(reason: DropReason, line: number): void {
    this.addMany(reason, 1, [line])
  }

  addMany(reason: DropReason, count: number, lines: number[]): void {
    if (count === 0) return
    const entry = this.#byReason.get(reason) ?? { count: 0, lines: [] }
    entry.count += count
    entry.lines.push(...lines.slice(0, keptLines - entry.lines.length))
    this.#byReason.set(reason, entry)
  }

  get total(): number {
    return [...this.#byReason.values()].reduce((sum, { count }) => sum + count, 0)
  }

  /** The most frequent reason first. */
  list(): ImportProfile['dropped'] {
    return [...this.#byReason]
      .map(([reason, entry]) => ({ reason, ...entry }))
      .sort((a, b) => b.count - a.count)
  }
}
