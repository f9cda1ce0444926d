import type { Logger } from '@palate/core'
import type { Context } from 'hono'
import { RateLimited } from '../chat/rate-limit'
import { type ErrorResponse, toErrorResponse } from '../error-response'

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  lease_lost: 409,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorResponse['code'], number>

export const statusOf = ({ code }: ErrorResponse): number => statuses[code]

/** The one place where an error becomes an HTTP answer. */
export function answerError(error: unknown, c: Context, log: Logger): Response {
  const errorResponse = toErrorResponse(error, log, `${c.req.method} ${c.req.path}`)
  if (error instanceof RateLimited) c.header('retry-after', String(error.retryAfterSeconds))
  return c.json({ error: errorResponse }, statuses[errorResponse.code])
}
