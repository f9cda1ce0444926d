'use client'

import { Button } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import { formatCount, plural } from '../../lib/format'
import { useTRPC } from '../../lib/trpc'

/** The persona's rules vote on every pair that they have not judged. */
export function RulesButton({ onJudged }: { onJudged?: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rules = useMutation(
    trpc.label.applyRules.mutationOptions({
      onSuccess: ({ judged, decided, ties }) => {
        toast.success(
          judged === 0
            ? 'Every pair already has a vote of the rules.'
            : `The rules judged ${plural(judged, 'pair')}: ${formatCount(decided)} decided, ${formatCount(ties)} without a winner.`,
        )
        void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        onJudged?.()
      },
    }),
  )
  return (
    <Button busy={rules.isPending} onClick={() => rules.mutate({})}>
      Let the rules label the rest
    </Button>
  )
}
