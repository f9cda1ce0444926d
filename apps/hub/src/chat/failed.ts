import { DomainError } from '@palate/core'
import type { ServeEnd } from '@palate/protocol'

/** An answer that its agent could not finish, said to the visitor. */
export function answerFailed({ error }: ServeEnd): DomainError {
  return new DomainError('unavailable', `The answer broke off: ${error ?? 'the agent failed'}`, 'Ask again.')
}
