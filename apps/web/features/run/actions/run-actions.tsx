'use client'

import { Button, DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Copy, Ellipsis, X } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { useTRPC } from '../../../lib/trpc'
import { useMay } from '../../../lib/use-may'
import type { Run } from '../run-status'
import { choicesOf } from './describe-actions'
import { CancelDialog, StopDialog } from './end-dialogs'

/** What can be done with a run: the likeliest as a button, the rest in a menu. */
export function RunActions({ run }: { run: Run }) {
  const choices = choicesOf(run, useMay())
  const router = useRouter()
  const { cancel, stop, resume } = useRunMutations()
  const [asked, setAsked] = useState<'cancel' | 'stop' | null>(null)
  const close = () => setAsked(null)
  const clone = () => router.push(`/runs?clone=${run.id}`)
  const cancelInMenu = choices.cancel && choices.stop
  const cloneInMenu = choices.clone && (choices.cancel || choices.resume || run.modelVersionId !== null)
  return (
    <div className="flex flex-wrap gap-2">
      {run.modelVersionId ? <OpenResult kind={run.kind} /> : null}
      {choices.stop ? (
        <Button busy={stop.isPending} onClick={() => setAsked('stop')}>
          Stop and keep
        </Button>
      ) : null}
      {choices.cancel && !cancelInMenu ? (
        <Button look="danger" busy={cancel.isPending} onClick={() => setAsked('cancel')}>
          Cancel run
        </Button>
      ) : null}
      {choices.resume ? (
        <Button look="primary" busy={resume.isPending} onClick={() => resume.mutate({ id: run.id })}>
          Resume
        </Button>
      ) : null}
      {choices.clone && !cloneInMenu ? <Button onClick={clone}>Clone run</Button> : null}
      {cancelInMenu || cloneInMenu ? (
        <MoreActions>
          {cloneInMenu ? (
            <DropdownMenuItem onSelect={clone}>
              <Copy aria-hidden /> Clone run
            </DropdownMenuItem>
          ) : null}
          {cancelInMenu ? (
            <DropdownMenuItem onSelect={() => setAsked('cancel')} className="text-bad [&_svg]:text-bad">
              <X aria-hidden /> Cancel run
            </DropdownMenuItem>
          ) : null}
        </MoreActions>
      ) : null}
      <CancelDialog
        run={run}
        open={asked === 'cancel'}
        onOpenChange={close}
        canStop={choices.stop}
        onCancel={() => {
          close()
          cancel.mutate({ id: run.id })
        }}
        onStop={() => {
          close()
          stop.mutate({ id: run.id })
        }}
      />
      <StopDialog
        run={run}
        open={asked === 'stop'}
        onOpenChange={close}
        onStop={() => {
          close()
          stop.mutate({ id: run.id })
        }}
      />
    </div>
  )
}

function useRunMutations() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const options = { onSuccess: () => queryClient.invalidateQueries(trpc.run.pathFilter()) }
  return {
    cancel: useMutation(trpc.run.cancel.mutationOptions(options)),
    stop: useMutation(trpc.run.stop.mutationOptions(options)),
    resume: useMutation(trpc.run.resume.mutationOptions(options)),
  }
}

function OpenResult({ kind }: Pick<Run, 'kind'>) {
  const isNew = kind === 'pretrain' || kind === 'import'
  return (
    <Button asChild>
      <Link href={isNew ? '/models' : '/evaluations'}>{isNew ? 'Open models' : 'Open evaluations'}</Link>
    </Button>
  )
}

function MoreActions({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="icon" aria-label="More actions">
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">{children}</DropdownMenuContent>
    </DropdownMenu>
  )
}
