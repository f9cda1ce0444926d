import type { AuditEntry, AuditFormat } from './schemas'

const columns = [
  'time',
  'actor',
  'name',
  'key',
  'action',
  'entity',
  'data',
  'address',
  'userAgent',
  'session',
] as const

/** The entries as lines of a file, in pieces as they come. */
export async function* formatAudit(
  entries: AsyncIterable<AuditEntry>,
  format: AuditFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\r\n`
  for await (const entry of entries) yield format === 'csv' ? toCsv(entry) : `${JSON.stringify(entry)}\n`
}

function toCsv({ at, actor, action, entityId, data, address, userAgent, sessionId }: AuditEntry): string {
  const who = `${actor.kind} ${actor.id}`
  const values = [at.toISOString(), who, actor.name, actor.key, action, entityId, JSON.stringify(data)]
  return `${[...values, address, userAgent, sessionId].map(cell).join(',')}\r\n`
}

/** A spreadsheet runs what begins like a formula: it gets an apostrophe, which shows it as text. */
function cell(value: string | null): string {
  const text = value ?? ''
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
