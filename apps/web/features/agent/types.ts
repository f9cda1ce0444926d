import type { Outputs } from '../../lib/trpc'

export type Agent = Outputs['agent']['list'][number]
export type Sample = Outputs['agent']['gauges'][number]['sample']

/** What the signed-in user may do with agents. */
export interface AgentRights {
  write: boolean
  price: boolean
  run: boolean
}
