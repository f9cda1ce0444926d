'use client'

import { Button } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import { formatCount, plural } from '../../lib/format'
import { useTRPC } from '../../lib/trpc'

/** Lets the rules of the personas vote on every pair without a vote by rules. */
export function RulesButton({ onDone }: { onDone?: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rules = useMutation(
    trpc.label.applyRules.mutationOptions({
      onSuccess: ({ labeled, decided, ties }) => {
        toast.success(
          labeled === 0
            ? 'Every pair already has a vote by rules.'
            : `The rules labeled ${plural(labeled, 'pair')}: ${formatCount(decided)} with a winner, ${formatCount(ties)} ties.`,
        )
        void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        onDone?.()
      },
    }),
  )
  return (
    <Button busy={rules.isPending} onClick={() => rules.mutate({})}>
      Label the rest by rules
    </Button>
  )
}
