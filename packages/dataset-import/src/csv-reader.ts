import { DatasetImportError } from './error'
import { fieldNames, type RecipeField } from './recipe-field'
import { countLines } from './text-chunks'
import type { SourceRow } from './types'

const needed = ['title', 'ingredients', 'directions'] as const satisfies RecipeField[]

/** Longer than any recipe: a longer record has an unclosed quote. */
const maxRecordLength = 1024 * 1024

/**
 * Reads RecipeNLG's layout as text arrives. Each row has the line where it starts, also after line breaks in fields,
 * and after a broken row reading continues with the next line. DuckDB reports no lines; csv-parse drops the rows after
 * a quote that is never closed.
 */
export class CsvReader {
  #buffer = ''
  #line = 1
  #width = 0
  #columns: Record<RecipeField, number> | null = null

  /** @throws DatasetImportError when the first record does not name the columns that are needed */
  push(text: string, atEnd = false): SourceRow[] {
    this.#buffer += text
    const rows: SourceRow[] = []
    let at = 0
    while (at < this.#buffer.length) {
      const record = readCsvRecord(this.#buffer, at, atEnd)
      const overlong = record.kind === 'incomplete' && this.#buffer.length - at > maxRecordLength
      if (record.kind === 'incomplete' && !overlong) break
      const line = this.#line
      if (record.kind === 'fields') {
        this.#line += countLines(this.#buffer.slice(at, record.next))
        at = record.next
        const row = this.#toRow(record.fields, line)
        if (row) rows.push(row)
      } else {
        if (!this.#columns) throw noHeader([])
        const lineEnd = this.#buffer.indexOf('\n', at)
        at = lineEnd < 0 ? this.#buffer.length : lineEnd + 1
        this.#line += 1
        rows.push({ line, reason: 'broken CSV row' })
      }
    }
    this.#buffer = this.#buffer.slice(at)
    return rows
  }

  #toRow(fields: string[], line: number): SourceRow | null {
    if (fields.length === 1 && fields[0]?.trim() === '') return null
    if (!this.#columns) {
      this.#columns = findColumns(fields)
      this.#width = fields.length
      return null
    }
    if (fields.length !== this.#width) return { line, reason: 'broken CSV row' }
    const { title, ingredients, directions } = this.#columns
    return {
      line,
      title: fields[title],
      ingredients: fields[ingredients],
      directions: fields[directions],
      tags: [],
    }
  }
}

/** The positions of title, ingredients and directions; the other columns are not needed. */
export function findColumns(header: string[]): Record<RecipeField, number> {
  const names = header.map((name) => name.trim().toLowerCase())
  const positionOf = (field: RecipeField) =>
    names.indexOf(fieldNames[field].find((name) => names.includes(name)) ?? '\n')
  const missing = needed.filter((field) => positionOf(field) < 0)
  if (missing.length > 0) throw noHeader(missing)
  return {
    title: positionOf('title'),
    ingredients: positionOf('ingredients'),
    directions: positionOf('directions'),
  }
}

function noHeader(missing: readonly string[]): DatasetImportError {
  const lack = missing.length > 0 ? `names no column ${missing.join(', ')}` : 'is no CSV header'
  return new DatasetImportError(
    `The first line of the CSV ${lack}.`,
    'Begin the file with ,title,ingredients,directions,link,source,NER and write the lists as JSON.',
  )
}

/** A record: its fields and where the next one starts; or more text is needed; or it is broken. */
type CsvRecord =
  | { kind: 'fields'; fields: string[]; next: number }
  | { kind: 'incomplete' }
  | { kind: 'broken' }

const incomplete: CsvRecord = { kind: 'incomplete' }
const broken: CsvRecord = { kind: 'broken' }

/**
 * Reads the record that starts at `start` (RFC 4180: quoted fields may contain commas, line breaks and doubled quotes).
 * After a closing quote only a comma or a line break may follow, so that a stray quote is found early.
 *
 * @param atEnd whether `text` is the end of the file, so that "incomplete" is final
 */
export function readCsvRecord(text: string, start: number, atEnd: boolean): CsvRecord {
  const fields: string[] = []
  let at = start
  for (;;) {
    const field = text[at] === '"' ? readQuoted(text, at, atEnd) : readPlain(text, at, atEnd)
    if (field === 'incomplete') return atEnd ? broken : incomplete
    fields.push(field.value)
    at = field.next
    const separator = text[at]
    if (separator === ',') {
      at += 1
      continue
    }
    if (separator === undefined) return { kind: 'fields', fields, next: at }
    if (separator === '\n') return { kind: 'fields', fields, next: at + 1 }
    if (separator !== '\r') return broken
    if (at + 1 >= text.length && !atEnd) return incomplete
    return text[at + 1] === '\n' ? { kind: 'fields', fields, next: at + 2 } : broken
  }
}

type Field = { value: string; next: number } | 'incomplete'

function readQuoted(text: string, start: number, atEnd: boolean): Field {
  let value = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0 || (quote + 1 >= text.length && !atEnd)) return 'incomplete'
    if (text[quote + 1] !== '"') return { value: value + text.slice(from, quote), next: quote + 1 }
    value += text.slice(from, quote + 1)
    from = quote + 2
  }
}

const plain = /[^,\n]*/y

function readPlain(text: string, start: number, atEnd: boolean): Field {
  plain.lastIndex = start
  const match = plain.exec(text)?.[0] ?? ''
  const next = start + match.length
  if (next >= text.length && !atEnd) return 'incomplete'
  const value = match.endsWith('\r') && text[next] !== ',' ? match.slice(0, -1) : match
  return { value, next }
}
