import type { Deps } from '@palate/core'

/** The caller before a workspace is chosen: a signed-in person, an API key, or nobody. */
export type Caller =
  | { kind: 'user'; userId: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }
  | { kind: 'nobody' }

export interface ApiContext {
  deps: Deps
  caller: Caller
  /** From header `x-palate-workspace`: an id or a slug. */
  workspace: string | null
}
