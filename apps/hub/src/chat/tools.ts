import type { Deps } from '@palate/core'
import type { ChatLimiter, openWarmUpBudgets } from './rate-limit'
import type { Relay } from './relay'

/** What the routes of the chat share. */
export interface ChatTools {
  deps: Deps
  relay: Relay
  limiter: ChatLimiter
  warmUps: ReturnType<typeof openWarmUpBudgets>
  trustedProxies: readonly string[]
}
