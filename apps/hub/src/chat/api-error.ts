import { DomainError, type ErrorCode } from '@palate/core'
import type { OpenAiError } from '@palate/protocol'
import { z } from 'zod'
import type { ErrorResponse } from '../error-response'

type Detail = Pick<OpenAiError['error'], 'param' | 'code'>
type Kind = Pick<OpenAiError['error'], 'type' | 'code'>

/** An error of /v1 with OpenAI's code and the field that is wrong. */
export class ApiError extends DomainError {
  constructor(
    code: ErrorCode,
    message: string,
    remedy: string | undefined,
    readonly detail: Detail,
  ) {
    super(code, message, remedy)
  }
}

const kinds: Record<ErrorResponse['code'], Kind> = {
  invalid: { type: 'invalid_request_error', code: 'invalid_value' },
  unauthenticated: { type: 'invalid_request_error', code: 'invalid_api_key' },
  forbidden: { type: 'invalid_request_error', code: 'forbidden' },
  not_found: { type: 'invalid_request_error', code: 'model_not_found' },
  conflict: { type: 'invalid_request_error', code: 'conflict' },
  lease_lost: { type: 'invalid_request_error', code: 'conflict' },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  unavailable: { type: 'server_error', code: 'unavailable' },
  internal: { type: 'server_error', code: 'internal_error' },
}

/** An error in OpenAI's shape. `remedy` is Palate's own. */
export function toApiError({ code, message, remedy }: ErrorResponse, cause: unknown): OpenAiError {
  const detail = detailOf(cause) ?? { param: code === 'not_found' ? 'model' : null }
  return { error: { message, ...kinds[code], ...detail, ...(remedy ? { remedy } : {}) } }
}

function detailOf(cause: unknown): Pick<Detail, 'param'> | Detail | null {
  if (cause instanceof ApiError) return cause.detail
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
  if (!issue) return null
  if (issue.code === 'unrecognized_keys')
    return { param: toParam([...issue.path, issue.keys[0] ?? '']), code: 'unknown_parameter' }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return { param: toParam(issue.path), ...(missing ? { code: 'missing_required_parameter' } : {}) }
}

/** `messages[0].content`, as OpenAI writes it. */
function toParam(path: readonly PropertyKey[]): string | null {
  const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return written.replace(/^\./, '') || null
}
