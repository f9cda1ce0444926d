import type { Logger } from '@palate/core'
import { toRefusal } from '../refusal'

/** What the peer sees as `connect_error`: the sentence, with code and remedy in `data`. */
export function refuseConnection(error: unknown, log: Logger, where: string): Error {
  const refusal = toRefusal(error, log, where)
  const sentence = [refusal.message, refusal.remedy].filter(Boolean).join(' ')
  return Object.assign(new Error(sentence), { data: refusal })
}
