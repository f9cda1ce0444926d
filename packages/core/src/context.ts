import type { Bulk, Database, Role, Sql } from '@palate/db'
import type { ObjectStore } from '@palate/storage'
import type { Actor } from './actor'
import type { Tickets } from './ticket'

export interface Logger {
  info(data: Record<string, unknown>, text: string): void
  warn(data: Record<string, unknown>, text: string): void
  error(data: Record<string, unknown>, text: string): void
}

/** What a process opens once. */
export interface Deps {
  db: Database
  sql: Sql
  bulk: Bulk
  storage: ObjectStore
  tickets: Tickets
  now: () => Date
  /** How long an attempt stays its agent's without a word of it. */
  leaseMs: number
  log: Logger
}

/** A call in one workspace. `role` is null only for the system. */
export interface ServiceContext extends Deps {
  actor: Actor
  workspaceId: string
  role: Role | null
}

/** A call of a self-hosted agent, known by its credential. */
export interface AgentContext extends Deps {
  agentId: string
  workspaceId: string
  /** Of the credential that it came in with: one that is replaced later closes the line. */
  credentialHash?: string
}

export function systemContext(deps: Deps, workspaceId: string, reason: string): ServiceContext {
  return { ...deps, actor: { kind: 'system', reason }, workspaceId, role: null }
}
