import type { Logger } from '@palate/core'
import { toErrorResponse } from '../error-response'

/** What the peer sees as `connect_error`: the sentence, with code and remedy in `data`. */
export function rejectConnection(error: unknown, log: Logger, where: string): Error {
  const errorResponse = toErrorResponse(error, log, where)
  const sentence = [errorResponse.message, errorResponse.remedy].filter(Boolean).join(' ')
  return Object.assign(new Error(sentence), { data: errorResponse })
}
