import { randomBytes } from 'node:crypto'
import { DiskError } from '@palate/config'
import { z } from 'zod'
import type { Logger } from './context'
import { DomainError, type ErrorCode } from './error'

/** What a caller may know of an error, over tRPC, HTTP and sockets. */
export interface Failure {
  code: ErrorCode | 'internal'
  message: string
  remedy?: string
}

type Known = [codes: RegExp, code: ErrorCode, message: string, remedy: string]

/** What the database means by an SQLSTATE, or the system by an error code. The first match counts. */
const knownCodes: Known[] = [
  [/^PL001$/, 'conflict', 'This pair has all the votes it needs.', 'Take the next one.'],
  [
    /^23505$/,
    'conflict',
    'Something with this name or place was created at the same time.',
    'Reload and try again.',
  ],
  [/^23503$/, 'conflict', 'Something that this needs was removed at the same time.', 'Reload and try again.'],
  [/^(22021|22P05)$/, 'invalid', 'A text has a character that cannot be stored.', 'Remove it and try again.'],
  [/^53100$/, 'unavailable', 'The disk of the database is full.', 'Free some space, then try again.'],
  [
    /^(ENOSPC|EDQUOT)$/,
    'unavailable',
    'A disk of the machine that runs Palate is full.',
    'Free some space, then try again.',
  ],
  [
    /^(40001|40P01|55P03)$/,
    'unavailable',
    'Another change of the same thing is in progress.',
    'Try again in a moment.',
  ],
  [
    /^(57014|25P0[34])$/,
    'unavailable',
    'The database took too long for this request.',
    'Try again in a moment.',
  ],
  [
    // No connection, a broken one, or the classes 08 (connection), 53 (no resources) and 57P0x (shut down, starting).
    /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08...|53...|57P0.)$/,
    'unavailable',
    'The database is not available at the moment.',
    'Try again in a moment.',
  ],
]

/**
 * The one mapping of errors at every entrance. An unknown error becomes a general sentence with a request id; its cause
 * is in the log under that id, without the values of queries.
 */
export function toFailure(error: unknown, log: Logger, where: string): Failure {
  const domain = causesOf(error).find((one) => one instanceof DomainError)
  if (domain) return { code: domain.code, message: domain.message, remedy: domain.remedy }
  const disk = causesOf(error).find((one) => one instanceof DiskError)
  if (disk) {
    log.warn({ where, error }, disk.message)
    return { code: 'unavailable', message: disk.message, remedy: disk.remedy }
  }
  if (error instanceof z.ZodError) return { code: 'invalid', message: zodSentence(error) }
  const codes = causesOf(error).flatMap((one) =>
    'code' in one && typeof one.code === 'string' ? [one.code] : [],
  )
  const known = knownCodes.find(([pattern]) => codes.some((code) => pattern.test(code)))
  if (known) {
    const [, code, message, remedy] = known
    if (code === 'unavailable') log.warn({ where, error }, message)
    return { code, message, remedy }
  }
  const requestId = randomBytes(5).toString('hex')
  log.error({ where, requestId, error }, 'an unexpected error')
  return {
    code: 'internal',
    message: `Something went wrong in Palate. It is in the log under request ${requestId}.`,
    remedy: 'Try again in a moment.',
  }
}

function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}

function zodSentence(error: z.ZodError): string {
  const [issue] = error.issues
  const path = issue?.path.join('.')
  return `The request is not valid${path ? ` at ${path}` : ''}: ${issue?.message ?? 'unknown reason'}.`
}
