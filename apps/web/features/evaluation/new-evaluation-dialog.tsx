'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateEvaluationInput } from '@palate/core/evaluation/schemas'
import { roundOf, rounds } from '@palate/protocol'
import { Button, Dialog, DialogContent, DialogTrigger, ErrorState, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'
import type { OnDemand } from '../../lib/on-demand'
import { readNumber } from '../../lib/read-number'
import { useTRPC } from '../../lib/trpc'
import { ModelPicker, useModelChoices } from '../model/model-picker'

export function NewEvaluationDialog({ trigger, startOpen = false }: OnDemand) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(startOpen)
  const models = useModelChoices('evaluation', { enabled: open })
  const form = useForm({
    resolver: zodResolver(CreateEvaluationInput),
    defaultValues: rounds.starter.evaluation,
  })
  const create = useMutation(
    trpc.evaluation.create.mutationOptions({
      onSuccess: (evaluation) => {
        setOpen(false)
        void queryClient.invalidateQueries(trpc.evaluation.pathFilter())
        void queryClient.invalidateQueries(trpc.overview.pathFilter())
        router.push(`/evaluations/${evaluation.id}`)
      },
    }),
  )
  const chosen = form.watch('tunedModelVersionId')
  const lacksModel = models.data?.defaultId === null
  const { errors, dirtyFields } = form.formState
  const { samplesPerCase } =
    rounds[roundOf(models.data?.models ?? [], chosen ?? models.data?.defaultId)].evaluation
  useEffect(() => {
    // What nobody has typed follows the model.
    if (!dirtyFields.samplesPerCase) form.resetField('samplesPerCase', { defaultValue: samplesPerCase })
  }, [form, samplesPerCase, dirtyFields.samplesPerCase])
  const onSubmit = form.handleSubmit((values) => create.mutate(values))
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        title="New evaluation"
        description="The base model and the tuned model answer the same cases with the same seeds. The rules of each case's persona check the answers."
      >
        <form onSubmit={onSubmit} className="flex flex-col gap-4">
          {lacksModel ? (
            <ErrorState
              title="No tuned model"
              message="An evaluation needs a tuned model. Train one on the recipes or on the votes first."
            />
          ) : null}
          <Field label="Tuned model">
            <ModelPicker
              use="evaluation"
              value={chosen ? [chosen] : []}
              onValueChange={([id]) => form.setValue('tunedModelVersionId', id)}
            />
          </Field>
          <div className="grid grid-cols-2 gap-4">
            <Field
              label="Answers per case"
              hint="More answers make the intervals narrower"
              error={errors.samplesPerCase?.message}
            >
              <Input type="number" {...form.register('samplesPerCase', { setValueAs: readNumber })} />
            </Field>
            <Field label="Cases" hint="Leave empty for the whole suite" error={errors.caseLimit?.message}>
              <Input
                type="number"
                min={1}
                placeholder="all"
                {...form.register('caseLimit', { setValueAs: readNumber })}
              />
            </Field>
          </div>
          <Button
            type="submit"
            look="primary"
            size="lg"
            busy={create.isPending}
            disabled={lacksModel}
            className="self-end"
          >
            Start evaluation
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  )
}
