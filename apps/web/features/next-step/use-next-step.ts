'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC, useTRPCClient } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { useDoubt } from '../evaluation/use-doubt'
import { type StepAction, startersOf } from './starters'

/** A step that a button offers. */
export type Step = {
  label: string
  hint: string
  /** The page of the step. */
  href: string
  /** Starts the step with its defaults and opens its page; undefined if a person has to choose something. */
  start?: (() => void) | undefined
  isStarting: boolean
}

export type NextStep = Step & {
  /** What speaks against the step; then it does not start by itself. */
  doubt: string | null
  /** What may be done instead. */
  other: Step | null
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
    mutationFn: (action: StepAction) => startersOf(client)[action].start(),
    onSuccess: (href) => {
      router.push(href)
      return queryClient.invalidateQueries()
    },
  })
  const isRelease = overview.data?.next?.action === 'deploy'
  const doubt = useDoubt(isRelease ? 'newest' : undefined)
  if (!overview.data) return undefined
  const { next } = overview.data
  if (!next) return null
  const starters = startersOf(client)
  const toStep = ({
    label,
    hint,
    href,
    action,
  }: Pick<typeof next, 'label' | 'hint' | 'href' | 'action'>): Step => ({
    ...{ label, hint, href },
    start: action && may(starters[action].scope) ? () => act.mutate(action) : undefined,
    isStarting: act.isPending && act.variables === action,
  })
  const mayNot = isRelease && doubt !== null
  return {
    ...toStep(mayNot ? { ...next, action: null } : next),
    doubt: doubt ?? null,
    other: next.other && toStep(next.other),
  }
}
