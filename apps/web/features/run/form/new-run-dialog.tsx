'use client'

import {
  Button,
  Dialog,
  DialogContent,
  DialogTrigger,
  Skeleton,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
} from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { OnDemand } from '../../../lib/on-demand'
import { type Inputs, useTRPC } from '../../../lib/trpc'
import { FineTuningForm } from './fine-tuning-form'
import { PreferenceForm } from './preference-form'
import type { Clone } from './run-form'
import type { RunKind } from './run-kinds'
import { StarterForm } from './starter-form'
import { ThumbsForm } from './thumbs-form'

export interface NewRunProps {
  create?: RunKind | undefined
  clone?: Clone | undefined
  onClosed?: () => void
}

/**
 * Creates a training run: by default the starter model if there is no base model, else preference training. With
 * `create`, it opens with that kind; with `clone`, with the settings of that run.
 */
export function NewRunDialog({
  create: asked,
  clone,
  onClosed,
  trigger = <Button>Create run</Button>,
  startOpen = false,
}: NewRunProps & OnDemand) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [isOpen, setIsOpen] = useState(startOpen || asked !== undefined)
  const open = isOpen || clone !== undefined
  const setOpen = (next: boolean) => {
    setIsOpen(next)
    if (!next) onClosed?.()
  }
  const [kind, setKind] = useState<string | undefined>(asked)
  const readiness = useQuery(trpc.run.readiness.queryOptions(undefined, { enabled: open }))
  const create = useMutation(
    trpc.run.create.mutationOptions({
      onSuccess: (run) => {
        setIsOpen(false)
        void queryClient.invalidateQueries(trpc.run.pathFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        router.push(`/runs/${run.id}`)
      },
    }),
  )
  const start = (input: Inputs['run']['create']) => create.mutate({ ...input, clonedFrom: clone?.from.id })
  const own = (of: Clone['kind']) => (clone?.kind === of ? clone : undefined)
  // None while it loads: a tab that is chosen by then must not change under the pointer.
  const likely = readiness.isPending ? '' : readiness.data?.hasModel ? 'dpo' : 'pretrain'
  const shown = kind ?? clone?.kind ?? likely
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title={clone ? `New run like run ${clone.from.number}` : 'New run'}
        className="max-w-2xl"
      >
        {clone && clone.missing.length > 0 ? <MissingNote missing={clone.missing} /> : null}
        <Tabs value={shown} onValueChange={setKind}>
          <TabsList>
            <TabsTrigger value="pretrain">Starter model</TabsTrigger>
            <TabsTrigger value="sft">Fine-tuning</TabsTrigger>
            <TabsTrigger value="dpo">Preferences</TabsTrigger>
            <TabsTrigger value="kto">Thumbs</TabsTrigger>
          </TabsList>
          {shown === '' ? <Skeleton className="mt-5 h-96" /> : null}
          <TabsContent value="pretrain">
            <StarterForm clone={own('pretrain')} busy={create.isPending} onSubmit={start} />
          </TabsContent>
          <TabsContent value="sft">
            <FineTuningForm
              clone={own('sft')}
              readiness={readiness}
              busy={create.isPending}
              onSubmit={start}
            />
          </TabsContent>
          <TabsContent value="dpo">
            <PreferenceForm
              clone={own('dpo')}
              readiness={readiness}
              busy={create.isPending}
              onSubmit={start}
            />
          </TabsContent>
          <TabsContent value="kto">
            <ThumbsForm clone={own('kto')} readiness={readiness} busy={create.isPending} onSubmit={start} />
          </TabsContent>
        </Tabs>
      </DialogContent>
    </Dialog>
  )
}

/** What of a cloned run no longer exists. */
function MissingNote({ missing }: { missing: readonly string[] }) {
  return (
    <ul role="status" className="flex flex-col gap-1 rounded-lg bg-warn-soft px-4 py-2.5 text-sm text-warn">
      {missing.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}
