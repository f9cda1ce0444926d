import { mayRole, type Scope } from '@palate/protocol'
import type { ServiceContext } from './context'
import { DomainError } from './error'

export { mayRole, type Scope, scopesOf } from '@palate/protocol'

/** Whether the caller has a scope: for what is shown to some and not to others. The system has every one, an agent none. */
export function may({ actor, role, scopes }: ServiceContext, scope: Scope): boolean {
  if (actor.kind === 'system') return true
  if (role === null || actor.kind === 'agent') return false
  return mayRole(role, scope) && (scopes === undefined || scopes.includes(scope))
}

/**
 * @throws DomainError `forbidden` when the caller's role lacks the scope. The system has every scope; an agent has
 * none (its verbs take an AgentContext).
 */
export function authorize(ctx: ServiceContext, scope: Scope): void {
  if (may(ctx, scope)) return
  throw new DomainError(
    'forbidden',
    `This needs the permission ${scope}.`,
    'Ask an owner of the workspace for a role that has it.',
  )
}
