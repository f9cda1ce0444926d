import type { Outputs } from '../../lib/trpc'

export type Agent = Outputs['agent']['list'][number]
export type Sample = Outputs['agent']['gauges'][number]['sample']
