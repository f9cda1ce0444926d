'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC, useTRPCClient } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { startersOf } from './starters'

export type NextStep = {
  label: string
  hint: string
  /** Where the step is made or watched. */
  href: string
  /** Makes the step with its defaults and goes to see it; left out where a person has to choose. */
  start?: () => void
  isStarting: boolean
}

/** The one next step of the loop; undefined while it is loading, null when the loop is closed. */
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
  if (!overview.data) return undefined
  const { next, stations } = overview.data
  if (!next) return null
  const underWay = stations.some(({ key, state }) => key === next.key && state === 'live')
  const starter = underWay ? undefined : startersOf(client)[next.key]
  return {
    label: next.label,
    hint: next.hint,
    href: next.href,
    start: starter && may(starter.scope) ? () => act.mutate(starter.work) : undefined,
    isStarting: act.isPending,
  }
}
