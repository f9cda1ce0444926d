import { fieldNames, parseLoosely, type RecipeField } from './recipe-field'
import type { SourceRow } from './types'

/** Longer than any recipe; the rest of such a line is skipped. */
const maxLineLength = 1024 * 1024

/** Reads one recipe a line as text arrives. Empty lines count as lines, not as rows. */
export class JsonlReader {
  #rest = ''
  #line = 1
  #passingOver = false

  push(text: string, atEnd = false): SourceRow[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = atEnd ? '' : (lines.pop() ?? '')
    const rows: SourceRow[] = []
    for (const content of lines) {
      const row = this.#passingOver ? null : readLine(content, this.#line)
      if (row) rows.push(row)
      this.#passingOver = false
      this.#line += 1
    }
    if (this.#rest.length > maxLineLength) {
      if (!this.#passingOver) rows.push({ line: this.#line, reason: 'too long' })
      this.#passingOver = true
      this.#rest = ''
    }
    return rows
  }
}

function readLine(content: string, line: number): SourceRow | null {
  if (content.trim() === '') return null
  const value = parseLoosely(content)
  if (value === undefined) return { line, reason: 'line is not JSON' }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, reason: 'line is not a JSON object' }
  const row = value as Record<string, unknown>
  const find = (field: RecipeField) => row[fieldNames[field].find((name) => row[name] != null) ?? '']
  return {
    line,
    title: find('title'),
    ingredients: find('ingredients'),
    directions: find('directions'),
    tags: row.tags,
  }
}
