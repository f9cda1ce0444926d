'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'
import { doubtOf } from './doubt'

/**
 * Why a model should not be deployed without a thought; null when nothing speaks against it, undefined while loading.
 *
 * @param modelId `newest` for the one that is deployed without a choice; undefined asks nothing
 */
export function useDoubt(modelId: string | undefined): string | null | undefined {
  const trpc = useTRPC()
  const enabled = modelId !== undefined
  const models = useQuery(trpc.model.choices.queryOptions({ use: 'deployment' }, { enabled }))
  const evaluations = useQuery(trpc.evaluation.list.queryOptions(undefined, { enabled }))
  if (!enabled || !models.data || !evaluations.data) return undefined
  const { defaultId } = models.data
  const model = models.data.models.find(({ id }) => id === (modelId === 'newest' ? defaultId : modelId))
  return model ? doubtOf(evaluations.data, model) : null
}
