import type { Bound, Bulk, Database, Role, Sql } from '@palate/db'
import type { Scope } from '@palate/protocol'
import type { ObjectStore } from '@palate/storage'
import type { Actor } from './actor'
import type { Sealer } from './secret'
import { inWorkspace } from './tenant'
import type { Tickets } from './ticket'

export interface Logger {
  info(data: Record<string, unknown>, text: string): void
  warn(data: Record<string, unknown>, text: string): void
  error(data: Record<string, unknown>, text: string): void
}

/**
 * What a process opens once and passes to every verb. Its database sees accounts and sessions, but no row of a workspace: a
 * `ServiceContext` and an `AgentContext` are bound to theirs, and `tenant.ts` has the rest.
 */
export interface Deps {
  db: Database
  sql: Sql
  bulk: Bulk
  within: (workspace: string) => Bound
  storage: ObjectStore
  tickets: Tickets
  sealer: Sealer
  now: () => Date
  /** How long an attempt's lease lasts without a renewal. */
  leaseMs: number
  log: Logger
}

/** A call in one workspace. `role` is null only for the system. */
export interface ServiceContext extends Deps {
  actor: Actor
  workspaceId: string
  role: Role | null
  /** From where the call came, for the audit log. */
  origin?: { address: string; userAgent: string }
  /** Where the caller may do less than its role: an API key. */
  scopes?: readonly Scope[]
}

/** A call of a self-hosted agent, authenticated by its credential. */
export interface AgentContext extends Deps {
  agentId: string
  workspaceId: string
  /** Of the credential that it connected with: when that is replaced, the socket is closed. */
  credentialHash?: string
}

export function systemContext(deps: Deps, workspaceId: string, reason: string): ServiceContext {
  return { ...inWorkspace(deps, workspaceId), actor: { kind: 'system', reason }, workspaceId, role: null }
}
