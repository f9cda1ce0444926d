'use client'

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
import { toast } from 'sonner'
import { type Inputs, useTRPC } from '../../lib/trpc'
import { FolderForm, HubForm } from './add-model-forms'
import { StartingModels } from './starting-models'

/** Imports a model from the list of starting models, from the Hugging Face hub, or from a folder of an agent. */
export function AddModelDialog() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const add = useMutation(
    trpc.model.add.mutationOptions({
      onSuccess: ({ runId, number }) => {
        setOpen(false)
        toast.success(`Run ${number} imports the model. You can leave this page.`, {
          action: { label: 'Open run', onClick: () => router.push(`/runs/${runId}`) },
        })
        void queryClient.invalidateQueries(trpc.run.pathFilter())
      },
    }),
  )
  const onAdd = (input: Inputs['model']['add']) => add.mutate(input)
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button look="primary">Add a model</Button>
      </DialogTrigger>
      <DialogContent
        className="max-w-xl"
        title="Add a model"
        description="An agent fetches it, prepares it for training and serving, and compares the two on 20 conversations."
      >
        <Tabs defaultValue="starting">
          <TabsList>
            <TabsTrigger value="starting">Starting models</TabsTrigger>
            <TabsTrigger value="hub">Hugging Face</TabsTrigger>
            <TabsTrigger value="folder">Folder</TabsTrigger>
          </TabsList>
          <TabsContent value="starting">
            <StartingModels onAdd={onAdd} busy={add.isPending} />
          </TabsContent>
          <TabsContent value="hub">
            <HubForm onAdd={onAdd} busy={add.isPending} />
          </TabsContent>
          <TabsContent value="folder">
            <FolderForm onAdd={onAdd} busy={add.isPending} />
          </TabsContent>
        </Tabs>
      </DialogContent>
    </Dialog>
  )
}
