import type { Role } from '@palate/db'
import type { ServiceContext } from './context'
import { DomainError } from './error'

const read = [
  'workspace:read',
  'dataset:read',
  'persona:read',
  'variant:read',
  'label:read',
  'run:read',
  'model:read',
  'evaluation:read',
  'agent:read',
] as const
const label = ['label:create'] as const
const engineer = [
  'dataset:create',
  'persona:write',
  'variant:create',
  'label:rule',
  'run:create',
  'run:cancel',
  'run:override',
  'agent:price',
  'evaluation:create',
  'deployment:write',
  'model:push',
] as const
const owner = ['agent:write', 'apiKey:write', 'member:write'] as const

export type Scope =
  | (typeof read)[number]
  | (typeof label)[number]
  | (typeof engineer)[number]
  | (typeof owner)[number]

/** One list for the server and the UI. */
export const scopesOf: Record<Role, readonly Scope[]> = {
  viewer: read,
  labeler: [...read, ...label],
  engineer: [...read, ...label, ...engineer],
  owner: [...read, ...label, ...engineer, ...owner],
}

export function mayRole(role: Role, scope: Scope): boolean {
  return scopesOf[role].includes(scope)
}

/** Whether the caller has a scope: for what is shown to some and not to others. The system has every one, an agent none. */
export function may({ actor, role }: ServiceContext, scope: Scope): boolean {
  if (actor.kind === 'system') return true
  return role !== null && actor.kind !== 'agent' && mayRole(role, scope)
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
