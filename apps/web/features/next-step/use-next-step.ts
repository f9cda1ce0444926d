'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC, useTRPCClient } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { useDoubt } from '../evaluation/use-doubt'
import { startersOf } from './starters'

export type NextStep = {
  label: string
  hint: string
  /** The page of the step. */
  href: string
  /** Starts the step with its defaults and opens its page; undefined if a person has to choose something. */
  start?: () => void
  /** What speaks against the step; then it does not start by itself. */
  doubt: string | null
  isStarting: boolean
}

/** The next step of the loop; undefined while loading, null when every station is done. */
export function useNextStep(): NextStep | null | undefined {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const router = useRouter()
  const may = useMay()
  const overview = useQuery(trpc.overview.get.queryOptions())
  const act = useMutation({
    mutationFn: (work: () => Promise<string>) => work(),
    onSuccess: (href) => {
      router.push(href)
      return queryClient.invalidateQueries()
    },
  })
  const isRelease = overview.data?.next?.key === 'models'
  const doubt = useDoubt(isRelease ? 'newest' : undefined)
  if (!overview.data) return undefined
  const { next, stations } = overview.data
  if (!next) return null
  const inProgress = stations.some(({ key, state }) => key === next.key && state === 'live')
  const starter = inProgress || (isRelease && doubt !== null) ? undefined : startersOf(client)[next.key]
  return {
    label: next.label,
    hint: next.hint,
    doubt: doubt ?? null,
    href: next.href,
    start: starter && may(starter.scope) ? () => act.mutate(starter.start) : undefined,
    isStarting: act.isPending,
  }
}
