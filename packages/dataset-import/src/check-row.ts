import { formatRecipe } from '@palate/recipe'
import type { DropReason, ImportProfile, KeptRow, SourceRow } from './types'

/** Characters of a whole recipe. Longer texts are scraped pages, not recipes. */
export const maxTextLength = 20_000

export type CheckedRow = { kept: KeptRow } | { line: number; reason: DropReason }

/** Checks one row. Its reason is the first problem, in the order of `dropReasons`. */
export function checkRow(row: SourceRow): CheckedRow {
  if ('reason' in row) return row
  const { line } = row
  const ingredients = toLines(row.ingredients)
  const directions = toLines(row.directions)
  if (!ingredients || !directions) return { line, reason: 'list is not JSON' }
  const title = typeof row.title === 'string' ? squeeze(row.title) : ''
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
  return { kept: { line, title, ingredients, directions, tags: toLines(row.tags) ?? [], text } }
}

function toLines(value: unknown): string[] | null {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return null
  return value.map(squeeze).filter(Boolean)
}

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
