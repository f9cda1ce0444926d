import { DomainError, type ErrorCode, type Logger } from '@palate/core'
import { DatasetImportError } from '@palate/dataset-import'
import { StorageError } from '@palate/storage'
import { z } from 'zod'

/** What goes out when something was refused or failed, over HTTP and over sockets alike. */
export interface ErrorResponse {
  code: ErrorCode | 'internal'
  message: string
  remedy?: string
}

/** What Node calls it when the other side goes away in the middle of a body. */
const brokeOff = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

/** No connection, a broken one, or SQLSTATE classes 08 (connection), 53 (no resources) and 57P0x (shut down, starting). */
const databaseGone =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08...|53...|57P0.)$/

/** Says an error to its reader. What nobody was meant to read becomes a general sentence, with its cause in the log. */
export function toErrorResponse(error: unknown, log: Logger, where: string): ErrorResponse {
  if (error instanceof DomainError) return { code: error.code, message: error.message, remedy: error.remedy }
  if (error instanceof DatasetImportError)
    return { code: 'invalid', message: error.message, remedy: error.remedy }
  if (error instanceof z.ZodError) return { code: 'invalid', message: zodSentence(error) }
  if (error instanceof StorageError && error.code === 'missing')
    return { code: 'not_found', message: 'This file is not in the store any more.' }
  const codes = codesOf(error)
  // Not `invalid`: whoever is told that never tries again, and an agent would give its attempt up.
  if (codes.some((code) => brokeOff.has(code)) && /^[A-Z]+ \//.test(where))
    return { code: 'unavailable', message: 'The transfer broke off.', remedy: 'Send it again.' }
  if (codes.some((code) => databaseGone.test(code))) {
    log.warn({ where, error: String(error).slice(0, 300) }, 'the database does not answer')
    return {
      code: 'unavailable',
      message: 'The database does not answer at the moment.',
      remedy: 'Try again in a moment.',
    }
  }
  log.error(
    { where, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'failed',
  )
  return {
    code: 'internal',
    message: 'Something went wrong on our side; the hub has noted it.',
    remedy: 'Try again in a moment.',
  }
}

/** The system's and the database's codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code, ...codesOf(error.cause)]
}

function zodSentence(error: z.ZodError): string {
  const [issue] = error.issues
  const path = issue?.path.join('.')
  return `The request is not understood${path ? ` at ${path}` : ''}: ${issue?.message ?? 'unknown reason'}.`
}
