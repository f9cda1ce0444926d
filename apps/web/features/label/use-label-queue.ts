'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from 'sonner'
import { describeError } from '../../lib/error'
import { isOnline } from '../../lib/online'
import { type Outputs, useTRPC, useTRPCClient } from '../../lib/trpc'
import type { Choice } from './choices'
import { inOrder } from './in-order'

export type LabelPair = Outputs['label']['next'][number]

/** How many pairs are loaded ahead, and below how many the next ones are loaded. */
const ahead = 5
const refillBelow = 4

const queueKey = ['label-queue']

const offline = 'You are offline, so nothing was saved. Label on when the connection is back.'

/**
 * The queue of pairs of one labeler. A vote removes the first pair at once and is sent in the background; if the
 * server rejects it, the pair returns to the front and a toast shows the reason.
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

  const send = async (pair: LabelPair, work: () => Promise<unknown>) => {
    if (!isOnline()) return void toast.error(offline) // the pair stays where it is, and its time waits
    write((pairs) => pairs.filter(({ pairId }) => pairId !== pair.pairId))
    try {
      await inTurn(work)
      await refill()
    } catch (error) {
      write((pairs) => (pairs.some(({ pairId }) => pairId === pair.pairId) ? pairs : [pair, ...pairs]))
      toast.error(describeError(error))
    }
    void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
  }

  return {
    queue,
    vote: (pair: LabelPair, choice: Choice, durationMs: number) =>
      send(pair, () => client.label.vote.mutate({ pairId: pair.pairId, choice, durationMs })),
    skip: (pair: LabelPair) => send(pair, () => client.label.skip.mutate({ pairId: pair.pairId })),
    undo: async () => {
      if (!isOnline()) return void toast.error(offline)
      try {
        const back = await inTurn(() => client.label.undo.mutate())
        if (!back) return void toast('There is no vote or skip of the last hour to undo.')
        write((pairs) => [back, ...pairs.filter(({ pairId }) => pairId !== back.pairId)])
      } catch (error) {
        toast.error(describeError(error))
      }
      void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
    },
  }
}
