import type { Outputs } from '../../lib/trpc'

export type Run = Outputs['run']['get']
