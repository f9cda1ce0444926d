export const errorCodes = [
  'not_found',
  'forbidden',
  'unauthenticated',
  'invalid',
  'conflict',
  'unavailable',
  'rate_limited',
  'lease_lost',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** An error for a user: a sentence with the cause and, if there is one, a remedy. Knows no HTTP. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy?: string,
  ) {
    super(message)
    this.name = 'DomainError'
  }
}

export function notFound(what: string): DomainError {
  return new DomainError('not_found', `${what} does not exist in this workspace.`)
}

/** Returns the value. @throws DomainError `not_found` when there is none */
export function required<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw notFound(what)
  return value
}
