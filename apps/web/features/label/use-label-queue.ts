'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useEffect, useRef, useState } from 'react'
import { describeError } from '../../lib/error'
import { isOnline } from '../../lib/online'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC, useTRPCClient } from '../../lib/trpc'
import type { Choice } from './choices'
import { inOrder } from './in-order'
import { openOtherTabs } from './other-tabs'

export type LabelPair = Outputs['label']['next'][number]

/** How many pairs are loaded ahead, and below how many the next ones are loaded. */
const ahead = 5
const refillBelow = 4

const queueKey = ['label-queue']

const offline = 'You are offline, so nothing was saved. Label on when the connection is back.'

const elsewhere = 'You judged this pair in another tab. Here is the next one.'
const replaced = 'You had judged this pair in another window. Your newer choice counts.'

/**
 * The queue of pairs of one labeler. A vote removes the first pair at once and is sent in the background; if it does not
 * reach the server, the pair returns to the front and a toast shows the reason. A pair that cannot be judged any more,
 * because another window or person has done it, does not return.
 */
export function useLabelQueue() {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [inTurn] = useState(inOrder)

  const queue = useQuery({
    queryKey: queueKey,
    queryFn: () => client.label.next.mutate({ count: ahead, exclude: [] }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })

  const read = () => queryClient.getQueryData<LabelPair[]>(queueKey) ?? []
  const write = (change: (pairs: LabelPair[]) => LabelPair[]) =>
    queryClient.setQueryData<LabelPair[]>(queueKey, (pairs) => change(pairs ?? []))

  const refill = async () => {
    const known = read().map(({ pairId }) => pairId)
    if (known.length >= refillBelow) return
    const fresh = await client.label.next.mutate({ count: ahead - known.length, exclude: known })
    write((pairs) => [...pairs, ...fresh.filter((one) => !pairs.some(({ pairId }) => pairId === one.pairId))])
  }

  const giveBack = (pair: LabelPair) =>
    write((pairs) => (pairs.some(({ pairId }) => pairId === pair.pairId) ? pairs : [pair, ...pairs]))
  const drop = (pairId: string) => write((pairs) => pairs.filter((one) => one.pairId !== pairId))
  const tabs = useOtherTabs((pairId) => {
    const [shown] = read()
    drop(pairId)
    if (shown?.pairId === pairId) toast.message(elsewhere)
    void refill().catch(() => undefined) // the next vote asks again
  })

  const send = async (pair: LabelPair, work: () => Promise<{ superseded: boolean }>) => {
    if (!isOnline()) return void toast.error(offline) // the pair stays where it is, and its time waits
    drop(pair.pairId)
    try {
      const { superseded } = await inTurn(work)
      tabs.current?.report(pair.pairId)
      if (superseded) toast.message(replaced)
    } catch (error) {
      if (!isOver(error)) giveBack(pair)
      toast.error(describeError(error))
    }
    await refill().catch((error: unknown) => toast.error(describeError(error)))
    void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
  }

  return {
    queue,
    vote: (pair: LabelPair, choice: Choice, durationMs: number) =>
      send(pair, () => client.label.vote.mutate({ pairId: pair.pairId, choice, durationMs })),
    skip: (pair: LabelPair) =>
      send(pair, async () => {
        await client.label.skip.mutate({ pairId: pair.pairId })
        return { superseded: false }
      }),
    undo: async () => {
      if (!isOnline()) return void toast.error(offline)
      try {
        const back = await inTurn(() => client.label.undo.mutate())
        if (!back) return void toast.message('There is no vote or skip of the last hour to undo.')
        write((pairs) => [back, ...pairs.filter(({ pairId }) => pairId !== back.pairId)])
      } catch (error) {
        toast.error(describeError(error))
      }
      void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
    },
  }
}

/** Open while the session is. */
function useOtherTabs(onJudged: (pairId: string) => void) {
  const tabs = useRef<ReturnType<typeof openOtherTabs>>(null)
  const latest = useRef(onJudged)
  latest.current = onJudged
  useEffect(() => {
    const opened = openOtherTabs((pairId) => latest.current(pairId))
    tabs.current = opened
    return opened.close
  }, [])
  return tabs
}

/** Whether the pair is no longer the caller's to judge: to show it again would only lead to the same answer. */
function isOver(error: unknown): boolean {
  const code = error instanceof TRPCClientError ? (error.data as { code?: unknown } | null)?.code : undefined
  return code === 'CONFLICT' || code === 'NOT_FOUND'
}
