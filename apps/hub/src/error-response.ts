import { DomainError, type ErrorCode, type Logger } from '@palate/core'
import { DatasetImportError } from '@palate/dataset-import'
import { StorageError } from '@palate/storage'
import { z } from 'zod'

/** The error that a client gets, over HTTP and over sockets. */
export interface ErrorResponse {
  code: ErrorCode | 'internal'
  message: string
  remedy?: string
}

/** Node's codes for a client that disconnected before the end of its body. */
const interrupted = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

/** No connection, a broken one, or SQLSTATE classes 08 (connection), 53 (no resources) and 57P0x (shut down, starting). */
const databaseDown =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08...|53...|57P0.)$/

/** Turns an error into the response. An unexpected error becomes a general message, and its cause goes to the log. */
export function toErrorResponse(error: unknown, log: Logger, where: string): ErrorResponse {
  if (error instanceof DomainError) return { code: error.code, message: error.message, remedy: error.remedy }
  if (error instanceof DatasetImportError)
    return { code: 'invalid', message: error.message, remedy: error.remedy }
  if (error instanceof z.ZodError) return { code: 'invalid', message: zodSentence(error) }
  if (error instanceof StorageError && error.code === 'missing')
    return { code: 'not_found', message: 'This file is no longer in the store.' }
  const codes = codesOf(error)
  // Not `invalid`: a client does not retry that, and an agent would give up its attempt.
  if (codes.some((code) => interrupted.has(code)) && /^[A-Z]+ \//.test(where))
    return { code: 'unavailable', message: 'The transfer was interrupted.', remedy: 'Send it again.' }
  if (codes.some((code) => databaseDown.test(code))) {
    log.warn({ where, error: String(error).slice(0, 300) }, 'the database is not available')
    return {
      code: 'unavailable',
      message: 'The database is not available at the moment.',
      remedy: 'Try again in a moment.',
    }
  }
  log.error(
    { where, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'an unexpected error',
  )
  return {
    code: 'internal',
    message: 'Something went wrong in Palate. The details are in the hub’s log.',
    remedy: 'Try again in a moment.',
  }
}

/** The codes of an error and of its causes, from the system and the database. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code, ...codesOf(error.cause)]
}

function zodSentence(error: z.ZodError): string {
  const [issue] = error.issues
  const path = issue?.path.join('.')
  return `The request is not valid${path ? ` at ${path}` : ''}: ${issue?.message ?? 'unknown reason'}.`
}
