'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { PushModelInput } from '@palate/core/model/schemas'
import { Button, Field, Input, Notice, Select, Skeleton } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { ExportFiles } from './export-downloads'
import { ExportPushes } from './export-pushes'
import { Merge } from './merge'

const none = 'none'

export interface AdapterToMerge {
  name: string
  /** Whether the base was imported, and the person may start runs. */
  mayMerge: boolean
}

/** Said before anything is sent: such a push would fail only at its end. */
export function AdapterNotice({ id, adapter: { name, mayMerge } }: { id: string; adapter: AdapterToMerge }) {
  return (
    <Notice
      title="An adapter needs an older Ollama"
      action={mayMerge ? <Merge id={id} name={name} look="plain" /> : null}
    >
      Ollama 0.34.1 and newer make no model of an adapter.{' '}
      {mayMerge
        ? 'Merge it into its base first, and export the merged model.'
        : 'Somebody who may start runs can merge an adapter on an imported model into its base.'}
    </Notice>
  )
}

/** The zip for `ollama create`, and a push to an Ollama that the hub can reach. */
export function ExportOllama({ id, adapter }: { id: string; adapter: AdapterToMerge | null }) {
  const trpc = useTRPC()
  const may = useMay()
  const [chosen, setPersona] = useState(none)
  const persona = chosen === none ? undefined : chosen
  const personas = useQuery(trpc.persona.list.queryOptions())
  const exports = useQuery(trpc.model.exports.queryOptions({ id, ...(persona ? { persona } : {}) }))
  return (
    <div className="flex flex-col gap-5">
      {adapter ? <AdapterNotice id={id} adapter={adapter} /> : null}
      <Field label="System prompt" hint="Of a persona, or none: the client then sends one">
        <Select
          value={chosen}
          onValueChange={setPersona}
          options={[
            { value: none, label: 'None' },
            ...(personas.data ?? []).map(({ slug, body }) => ({ value: slug, label: body.name })),
          ]}
        />
      </Field>
      <Loaded query={exports} skeleton={<Skeleton className="h-40" />}>
        {(found) => (
          <>
            {found.exports
              .filter(({ format }) => format === 'ollama')
              .map((one) => (
                <ExportFiles key={one.format} {...one} />
              ))}
            {may('model:push') ? <PushForm id={id} persona={persona} name={nameFor(found.exports)} /> : null}
          </>
        )}
      </Loaded>
      <ExportPushes id={id} mayCancel={may('model:push')} />
    </div>
  )
}

/** `cook-v1-ollama.zip` becomes `cook:v1`. */
function nameFor(exports: readonly { format: string; filename: string }[]): string {
  const stem = exports.find(({ format }) => format === 'ollama')?.filename.replace(/-ollama\.zip$/, '')
  return stem?.replace(/-(v\d+)$/, ':$1') ?? ''
}

const Form = PushModelInput.pick({ address: true, name: true })

function PushForm({ id, persona, name }: { id: string; persona: string | undefined; name: string }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const form = useForm({
    resolver: zodResolver(Form),
    defaultValues: { address: 'http://localhost:11434', name },
  })
  const push = useMutation(
    trpc.model.push.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.model.pushes.pathFilter()),
    }),
  )
  const { errors } = form.formState
  const onSubmit = form.handleSubmit(({ address, name: given }) =>
    push.mutate({ id, address, name: given, ...(persona ? { persona } : {}) }),
  )
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4 rounded-lg border border-line px-4 py-3">
      <h3 className="font-semibold">Push to Ollama</h3>
      <Field
        label="Address"
        hint="As the hub reaches it: localhost is the hub’s machine"
        error={errors.address?.message}
      >
        <Input className="font-mono text-sm" {...form.register('address')} />
      </Field>
      <Field label="Name there" hint="A model of this name there is replaced" error={errors.name?.message}>
        <Input className="font-mono text-sm" {...form.register('name')} />
      </Field>
      <Button type="submit" look="primary" className="self-end" busy={push.isPending}>
        Push model
      </Button>
    </form>
  )
}
