'use client'

import { Button, Dialog, DialogClose, DialogContent, DialogTrigger } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatCount, plural } from '../../lib/format'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { questionOf, type RulesCounts } from './rules-question'

type Rules = Outputs['label']['summary']['rules']

/** Asks, with the number of pairs, and then lets the rules of the personas label those without any vote. */
export function RulesButton({ rules }: { rules: RulesCounts }) {
  const trpc = useTRPC()
  const refresh = useRefresh()
  const undo = useUndoRules()
  const [open, setOpen] = useState(false)
  const [includeLabeled, setIncludeLabeled] = useState(false)
  const apply = useMutation(
    trpc.label.applyRules.mutationOptions({
      onSuccess: ({ labeled, decided, ties, appliedAt }) => {
        setOpen(false)
        toast.success(
          `The rules labeled ${plural(labeled, 'pair')}: ${formatCount(decided)} with a winner, ${plural(ties, 'tie')}.`,
          { action: { label: 'Undo', onClick: () => undo.mutate({ appliedAt }) }, durationMs: 15_000 },
        )
        refresh()
      },
    }),
  )
  const { sentence, action, pairs } = questionOf(rules, includeLabeled)
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button>Label the rest by rules</Button>
      </DialogTrigger>
      <DialogContent title="Label the rest by rules" description={sentence} className="max-w-md">
        {rules.peopleOnly > 0 ? (
          <label className="flex items-start gap-2.5">
            <input
              type="checkbox"
              checked={includeLabeled}
              onChange={(event) => setIncludeLabeled(event.target.checked)}
              className="mt-1 size-4 accent-accent"
            />
            <span>
              Also the {plural(rules.peopleOnly, 'pair')} that people have labeled
              <span className="block text-sm text-ink-3">
                Their votes stay and decide in training. The votes of the rules show how often both agree.
              </span>
            </span>
          </label>
        ) : null}
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button look="quiet">Go back</Button>
          </DialogClose>
          <Button
            look="primary"
            busy={apply.isPending}
            disabled={pairs === 0}
            onClick={() => apply.mutate({ includeLabeled })}
          >
            {action}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  )
}

/** Takes back the newest application of the rules; nothing is shown when none stands. */
export function UndoRulesButton({ last }: { last: Rules['last'] }) {
  const undo = useUndoRules()
  if (!last) return null
  return (
    <Button
      look="quiet"
      size="sm"
      className="-ml-2.5 self-start"
      busy={undo.isPending}
      onClick={() => undo.mutate({ appliedAt: last.appliedAt })}
    >
      Undo the last {formatCount(last.votes)}
    </Button>
  )
}

function useUndoRules() {
  const trpc = useTRPC()
  const refresh = useRefresh()
  return useMutation(
    trpc.label.undoRules.mutationOptions({
      onSuccess: ({ undone }) => {
        toast.success(`${plural(undone, 'vote')} of the rules taken back.`)
        refresh()
      },
    }),
  )
}

function useRefresh() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => {
    void queryClient.invalidateQueries(trpc.label.summary.queryFilter())
    void queryClient.invalidateQueries(trpc.overview.pathFilter())
  }
}
