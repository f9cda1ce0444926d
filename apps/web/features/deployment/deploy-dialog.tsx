'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { SaveDeploymentInput } from '@palate/core/deployment/schemas'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { OnDemand } from '../../lib/on-demand'
import { toast } from '../../lib/toast'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useDoubt } from '../evaluation/use-doubt'
import { ModelPicker, useModelChoices } from '../model/model-picker'

type Deployment = Outputs['deployment']['list'][number]
const Form = SaveDeploymentInput.pick({ title: true, slug: true })

export interface DeployProps {
  deployment?: Deployment
  modelId?: string
}

/** Deploys a model under a new public name, or changes a deployment. */
export function DeployDialog({ deployment, modelId, trigger, startOpen = false }: DeployProps & OnDemand) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const models = useModelChoices('deployment', { enabled: open })
  const [picked, setPicked] = useState(deployment?.model.id ?? modelId ?? '')
  const form = useForm({
    resolver: zodResolver(Form),
    defaultValues: {
      title: deployment?.title ?? 'Palate',
      slug: deployment?.slug ?? 'palate',
    },
  })
  const save = useMutation(
    trpc.deployment.save.mutationOptions({
      onSuccess: ({ title }) => {
        setOpen(false)
        toast.success(`${title} is deployed. It answers in the public chat now.`)
        void queryClient.invalidateQueries(trpc.deployment.pathFilter())
        void queryClient.invalidateQueries(trpc.model.pathFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
      },
    }),
  )
  const chosen = picked || (models.data?.defaultId ?? '')
  const doubt = useDoubt(open && chosen ? chosen : undefined)
  const { errors } = form.formState
  const onSubmit = form.handleSubmit(({ title, slug }) =>
    save.mutate({ id: deployment?.id, title, slug, modelVersionId: chosen, active: true }),
  )
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title={deployment ? `Change ${deployment.title}` : 'Deploy a model'}
        description="The model answers in the public chat, and under its public name on the OpenAI-compatible endpoint."
      >
        <form onSubmit={onSubmit} className="flex flex-col gap-4">
          <Field label="Model">
            <ModelPicker
              use="deployment"
              value={chosen ? [chosen] : []}
              onValueChange={([id]) => setPicked(id ?? '')}
            />
          </Field>
          <Field label="Title" hint="Shown to visitors of the chat" error={errors.title?.message}>
            <Input {...form.register('title')} />
          </Field>
          <Field
            label="Public name"
            hint="Lower-case letters, digits and hyphens"
            error={errors.slug?.message}
          >
            <Input className="font-mono text-sm" {...form.register('slug')} />
          </Field>
          {doubt ? <p className="rounded-lg bg-warn-soft px-4 py-3 text-warn">{doubt}</p> : null}
          <Button
            type="submit"
            look="primary"
            size="lg"
            busy={save.isPending}
            disabled={!chosen}
            className="self-end"
          >
            {doubt ? 'Deploy anyway' : 'Deploy model'}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  )
}
