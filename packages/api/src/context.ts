import type { Deps } from '@palate/core'

/** The caller before a workspace is chosen: a signed-in person, an API key, or nobody. */
export type Caller =
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }
  | { kind: 'nobody' }

export interface ApiContext {
  deps: Deps
  caller: Caller
  /** From header `x-palate-workspace`: an id or a slug. */
  workspace: string | null
  /** From header `idempotency-key`: a UUID. A repeated call with the same key creates nothing and gets the first reply. */
  idempotencyKey?: string | null
}
