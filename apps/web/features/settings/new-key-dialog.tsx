'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateApiKeyInput } from '@palate/core/api-key/schemas'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../../lib/trpc'

const roles = [
  { value: 'engineer', label: 'Engineer', hint: 'reads, labels, trains and deploys' },
  { value: 'labeler', label: 'Labeler', hint: 'reads and labels' },
  { value: 'viewer', label: 'Viewer', hint: 'reads' },
  { value: 'owner', label: 'Owner', hint: 'everything, including agents and keys' },
] as const

/** Creates an API key and shows it once. */
export function NewKeyDialog() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const form = useForm({
    resolver: zodResolver(CreateApiKeyInput),
    defaultValues: { name: '', role: 'engineer' as const },
  })
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.apiKey.pathFilter()),
    }),
  )
  const role = form.watch('role')
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        create.reset()
        form.reset()
      }}
    >
      <DialogTrigger asChild>
        <Button>Create key</Button>
      </DialogTrigger>
      <DialogContent
        title="New API key"
        description="A script with this key acts in this workspace with the role that you choose."
      >
        {create.data ? (
          <>
            <pre className="rounded-md bg-sunk p-3 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
              {create.data.key}
            </pre>
            <p className="text-sm text-ink-2">
              Copy the key now. It is not shown again; Palate stores only its hash.
            </p>
          </>
        ) : (
          <form
            onSubmit={form.handleSubmit((values) => create.mutate(values))}
            className="flex flex-col gap-4"
          >
            <Field label="Name" hint="What the key is for" error={form.formState.errors.name?.message}>
              <Input {...form.register('name')} />
            </Field>
            <Field label="Role">
              <Select
                value={role ?? 'engineer'}
                onValueChange={(value) => {
                  const chosen = roles.find((one) => one.value === value)
                  if (chosen) form.setValue('role', chosen.value)
                }}
                options={roles}
              />
            </Field>
            <Button type="submit" look="primary" size="lg" busy={create.isPending} className="self-end">
              Create key
            </Button>
          </form>
        )}
      </DialogContent>
    </Dialog>
  )
}
