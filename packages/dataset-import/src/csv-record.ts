/** What one try to read a record gave: the fields and where the next begins; or that more text is needed; or that it is broken. */
export type CsvRecord =
  | { kind: 'fields'; fields: string[]; next: number }
  | { kind: 'incomplete' }
  | { kind: 'broken' }

const incomplete: CsvRecord = { kind: 'incomplete' }
const broken: CsvRecord = { kind: 'broken' }

/**
 * Reads the record that begins at `start` (RFC 4180: quoted fields may hold commas, line ends and doubled quotes).
 * Strict after a closing quote, where only a comma or a line end may follow: that is what finds a stray quote early.
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
