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
import { type Inputs, useTRPC } from '../../../lib/trpc'
import { FineTuningForm } from './fine-tuning-form'
import { PreferenceForm } from './preference-form'
import { StarterForm } from './starter-form'
import { ThumbsForm } from './thumbs-form'

/** Creates a training run: by default the starter model if there is no base model, else preference training. */
export function NewRunDialog() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const [kind, setKind] = useState<string>()
  const readiness = useQuery(trpc.run.readiness.queryOptions(undefined, { enabled: open }))
  const create = useMutation(
    trpc.run.create.mutationOptions({
      onSuccess: (run) => {
        setOpen(false)
        void queryClient.invalidateQueries(trpc.run.pathFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        router.push(`/runs/${run.id}`)
      },
    }),
  )
  const start = (input: Inputs['run']['create']) => create.mutate(input)
  // None while it loads: a tab that is chosen by then must not change under the pointer.
  const likely = readiness.isPending ? '' : readiness.data?.baseModel ? 'dpo' : 'pretrain'
  const shown = kind ?? likely
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button>Create run</Button>
      </DialogTrigger>
      <DialogContent title="New run" className="max-w-2xl">
        <Tabs value={shown} onValueChange={setKind}>
          <TabsList>
            <TabsTrigger value="pretrain">Starter model</TabsTrigger>
            <TabsTrigger value="sft">Fine-tuning</TabsTrigger>
            <TabsTrigger value="dpo">Preferences</TabsTrigger>
            <TabsTrigger value="kto">Thumbs</TabsTrigger>
          </TabsList>
          {shown === '' ? <Skeleton className="mt-5 h-96" /> : null}
          <TabsContent value="pretrain">
            <StarterForm busy={create.isPending} onSubmit={start} />
          </TabsContent>
          <TabsContent value="sft">
            <FineTuningForm readiness={readiness} busy={create.isPending} onSubmit={start} />
          </TabsContent>
          <TabsContent value="dpo">
            <PreferenceForm readiness={readiness} busy={create.isPending} onSubmit={start} />
          </TabsContent>
          <TabsContent value="kto">
            <ThumbsForm readiness={readiness} busy={create.isPending} onSubmit={start} />
          </TabsContent>
        </Tabs>
      </DialogContent>
    </Dialog>
  )
}
