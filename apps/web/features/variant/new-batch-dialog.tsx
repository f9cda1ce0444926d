'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateBatchInput } from '@palate/core/variant/schemas'
import { roundOf, rounds } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Select } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import { plural } from '../../lib/format'
import type { OnDemand } from '../../lib/on-demand'
import { readNumber } from '../../lib/read-number'
import { useTRPC } from '../../lib/trpc'
import { ModelPicker, useModelChoices } from '../model/model-picker'
import { PersonaPicker } from './persona-picker'

/** Creates a batch of variants; every field has a default. */
export function NewBatchDialog({ trigger, startOpen = false }: OnDemand) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const [excluded, setExcluded] = useState<ReadonlySet<string>>(new Set())
  const personas = useQuery(trpc.persona.list.queryOptions(undefined, { enabled: open }))
  const models = useModelChoices('variants', { enabled: open })
  const datasets = useQuery(trpc.dataset.list.queryOptions(undefined, { enabled: open }))
  const form = useForm({
    resolver: zodResolver(CreateBatchInput),
    defaultValues: rounds.starter.batch,
  })
  const create = useMutation(
    trpc.variant.createBatch.mutationOptions({
      onSuccess: (batch) => {
        setOpen(false)
        void queryClient.invalidateQueries(trpc.variant.pathFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        router.push(`/variants/${batch.id}`)
      },
    }),
  )
  const allPersonas = personas.data ?? []
  const chosen = allPersonas.filter(({ id }) => !excluded.has(id))
  const writers = form.watch('modelVersionIds') ?? []
  const { errors, dirtyFields } = form.formState
  const { batch } = rounds[roundOf(models.data?.models ?? [], writers[0] ?? models.data?.defaultId)]
  useEffect(() => {
    // What nobody has typed follows the model.
    if (!dirtyFields.promptsPerPersona)
      form.resetField('promptsPerPersona', { defaultValue: batch.promptsPerPersona })
    if (!dirtyFields.variantsPerPrompt)
      form.resetField('variantsPerPrompt', { defaultValue: batch.variantsPerPrompt })
  }, [form, batch, dirtyFields.promptsPerPersona, dirtyFields.variantsPerPrompt])
  const ready = (datasets.data ?? []).flatMap(({ name, latest }) =>
    latest?.status === 'ready' ? [{ value: latest.id, label: `${name} v${latest.number}` }] : [],
  )
  const perPersona = form.watch('promptsPerPersona')
  const lacksModel = models.data?.defaultId === null
  const prompts = Math.max(0, Number(perPersona) || 0) * chosen.length

  const answersPerPrompt =
    Math.max(0, Number(form.watch('variantsPerPrompt')) || 0) * Math.max(1, writers.length)

  const onSubmit = form.handleSubmit((values) =>
    create.mutate({ ...values, personaIds: excluded.size > 0 ? chosen.map(({ id }) => id) : undefined }),
  )
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="New batch of variants"
        description="The models write several answers to each prompt. The two that differ most by the persona's rules become a pair."
      >
        <form onSubmit={onSubmit} className="flex flex-col gap-4">
          <div className="grid grid-cols-2 gap-4">
            <Field label="Prompts per persona" error={errors.promptsPerPersona?.message}>
              <Input
                type="number"
                inputMode="numeric"
                {...form.register('promptsPerPersona', { setValueAs: readNumber })}
              />
            </Field>
            <Field
              label="Answers per prompt"
              hint="More answers take longer and give pairs that teach more"
              error={errors.variantsPerPrompt?.message}
            >
              <Input
                type="number"
                inputMode="numeric"
                {...form.register('variantsPerPrompt', { setValueAs: readNumber })}
              />
            </Field>
            <Field label="Seed" hint="The same seed gives the same prompts">
              <Input
                type="number"
                min={0}
                placeholder="batch number"
                {...form.register('seed', { setValueAs: readNumber })}
              />
            </Field>
          </div>
          <Field
            label="Models"
            hint={
              lacksModel
                ? 'No model can write variants yet. Add one on Models.'
                : 'Each one answers every prompt, and a pair may be of two of them. Who wrote what is not shown to labelers.'
            }
            error={errors.modelVersionIds?.message}
          >
            <ModelPicker
              use="variants"
              multiple
              value={writers}
              onValueChange={(ids) => form.setValue('modelVersionIds', ids.length > 0 ? ids : undefined)}
            />
          </Field>
          <Field label="Dataset" hint="The ingredients of the prompts come from its recipes">
            <Select
              value={form.watch('datasetVersionId') ?? ''}
              onValueChange={(value) => form.setValue('datasetVersionId', value)}
              placeholder={ready.length > 0 ? 'Newest dataset' : 'No dataset yet'}
              options={ready}
            />
          </Field>
          <label className="flex items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              className="mt-0.5 size-4 accent-accent"
              {...form.register('keepUnreadable')}
            />
            <span>
              Also pair answers that nobody can read
              <span className="block text-ink-3">For a try with a model that has barely learned</span>
            </span>
          </label>
          <PersonaPicker personas={allPersonas} excluded={excluded} onChange={setExcluded} />
          <div className="flex items-center justify-between gap-4">
            <span className="num text-sm text-ink-2">
              {plural(prompts, 'prompt')}, {plural(prompts * answersPerPrompt, 'answer')}
            </span>
            <Button
              type="submit"
              look="primary"
              busy={create.isPending}
              disabled={chosen.length === 0 || lacksModel}
            >
              Write variants
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}
