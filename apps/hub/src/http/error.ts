import type { Logger } from '@palate/core'
import type { Context } from 'hono'
import { z } from 'zod'
import { toApiError } from '../chat/api-error'
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

const codes = Object.keys(statuses) as ErrorResponse['code'][]

/** The body of an error, except under /v1, which has OpenAI's. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(codes),
    message: z.string(),
    remedy: z.string().optional(),
  }),
})

export const statusOf = ({ code }: ErrorResponse): number => statuses[code]

/** The one place where an error becomes an HTTP response. */
export function sendError(error: unknown, c: Context, log: Logger): Response {
  const errorResponse = toErrorResponse(error, log, `${c.req.method} ${c.req.path}`)
  if (error instanceof RateLimited) c.header('retry-after', String(error.retryAfterSeconds))
  const status = statuses[errorResponse.code]
  if (c.req.path.startsWith('/v1/')) return c.json(toApiError(errorResponse, error), status)
  return c.json({ error: errorResponse } satisfies z.infer<typeof ErrorBody>, status)
}
