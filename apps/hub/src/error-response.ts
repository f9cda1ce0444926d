import { type Failure, type Logger, toFailure } from '@palate/core'
import { DatasetImportError } from '@palate/dataset-import'
import { StorageError } from '@palate/storage'

/** The error that a client gets, over HTTP and over sockets. */
export type ErrorResponse = Failure

/** Node's codes for a client that disconnected before the end of its body. */
const interrupted = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])

/** Turns an error into the response. An unexpected error becomes a general message, and its cause goes to the log. */
export function toErrorResponse(error: unknown, log: Logger, where: string): ErrorResponse {
  if (error instanceof DatasetImportError)
    return { code: 'invalid', message: error.message, remedy: error.remedy }
  if (error instanceof StorageError && error.code === 'missing')
    return { code: 'not_found', message: 'This file is no longer in the store.' }
  // Not `invalid`: a client does not retry that, and an agent would give up its attempt.
  if (codesOf(error).some((code) => interrupted.has(code)) && /^[A-Z]+ \//.test(where))
    return { code: 'unavailable', message: 'The transfer was interrupted.', remedy: 'Send it again.' }
  return toFailure(error, log, where)
}

/** The codes of an error and of its causes, from the system and the database. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...code, ...codesOf(error.cause)]
}
