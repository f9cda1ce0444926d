import type { Deps } from '@palate/core'

/** The caller before a workspace is chosen: a signed-in person, an API key, or nobody. */
export type Caller =
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }
  | { kind: 'nobody' }

export interface ApiContext {
  deps: Deps
  caller: Caller
  /** Where the request comes from, for the budgets of what is open to all, and for the audit log. */
  origin?: { address: string; userAgent: string }
  /** From header `x-palate-workspace`: an id or a slug. */
  workspace: string | null
  /** From header `idempotency-key`: a UUID. A repeated call with the same key creates nothing and gets the first reply. */
  idempotencyKey?: string | null
}

/** Where a call comes from, with a stand-in for a test that names none. */
export const originOf = ({ origin }: Pick<ApiContext, 'origin'>) =>
  origin ?? { address: 'unknown', userAgent: '' }
