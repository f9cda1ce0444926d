'use client'

import type { ChatTemplate } from '@palate/protocol'
import {
  Button,
  Dialog,
  DialogContent,
  DialogTrigger,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
} from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { describeError } from '../../lib/error'
import { formatPercent } from '../../lib/format'
import type { OnDemand } from '../../lib/on-demand'
import { toast } from '../../lib/toast'
import { type Inputs, useTRPC } from '../../lib/trpc'
import { FolderForm, HubForm } from './add-model-forms'
import { type UploadChoice, UploadForm } from './add-model-upload'
import { StartingModels } from './starting-models'
import { TemplateField } from './template-field'
import { useModelUpload } from './use-model-upload'

/** Imports a model: of the list of starting models, of the Hugging Face hub, in a folder of an agent, or uploaded. */
export function AddModelDialog({ startOpen = false }: OnDemand) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const [choice, setChoice] = useState<UploadChoice>({ format: 'gguf' })
  const [chatTemplate, setTemplate] = useState<ChatTemplate>('own')
  const add = useMutation(
    trpc.model.add.mutationOptions({
      onSuccess: ({ runId, number }) => {
        setOpen(false)
        setTemplate('own')
        upload.reset()
        toast.success(`Run ${number} imports the model. You can leave this page.`, {
          action: { label: 'Open run', onClick: () => router.push(`/runs/${runId}`) },
        })
        void queryClient.invalidateQueries(trpc.run.pathFilter())
      },
    }),
  )
  const onAdd = (input: Inputs['model']['add']) => add.mutate({ ...input, chatTemplate })
  // An adapter has no template: it reads and writes that of its base.
  const upload = useModelUpload((uploadId) =>
    add.mutate({
      source: { from: 'upload', uploadId, ...choice },
      ...(choice.format === 'adapter' ? {} : { chatTemplate }),
    }),
  )
  const props = {
    onAdd,
    busy: add.isPending,
    error: add.error ? describeError(add.error) : undefined,
    template: <TemplateField value={chatTemplate} onChange={setTemplate} />,
  }
  const isSending = upload.state === 'sending'
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button look="primary">
          {isSending ? `Uploading, ${formatPercent(100 * upload.share)}` : 'Add a model'}
        </Button>
      </DialogTrigger>
      <DialogContent
        className="max-w-xl"
        title="Add a model"
        description="An agent fetches it, prepares it for training and serving, and compares the two on 20 conversations."
      >
        <Tabs defaultValue={upload.state === 'idle' ? 'starting' : 'upload'}>
          <TabsList>
            <TabsTrigger value="starting">Starting models</TabsTrigger>
            <TabsTrigger value="hub">Hugging Face</TabsTrigger>
            <TabsTrigger value="folder">Folder</TabsTrigger>
            <TabsTrigger value="upload">Upload</TabsTrigger>
          </TabsList>
          <TabsContent value="starting">
            <StartingModels {...props} />
          </TabsContent>
          <TabsContent value="hub">
            <HubForm {...props} />
          </TabsContent>
          <TabsContent value="folder">
            <FolderForm {...props} />
          </TabsContent>
          <TabsContent value="upload">
            <UploadForm upload={upload} choice={choice} onChoice={setChoice} template={props.template} />
          </TabsContent>
        </Tabs>
      </DialogContent>
    </Dialog>
  )
}
