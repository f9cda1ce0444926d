'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateApiKeyInput } from '@palate/core/api-key/schemas'
import { Button, Dialog, DialogContent, DialogTrigger, Field, Input, Select } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../../lib/trpc'

const roles = [
  { value: 'engineer', label: 'Engineer', hint: 'runs the loop' },
  { value: 'labeler', label: 'Labeler', hint: 'reads and judges' },
  { value: 'viewer', label: 'Viewer', hint: 'only reads' },
  { value: 'owner', label: 'Owner', hint: 'may do all' },
] as const

/** Makes a key and shows it this once. */
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
        <Button>New key</Button>
      </DialogTrigger>
      <DialogContent
        title="New API key"
        description="It acts in this workspace for you, with the role you give it."
      >
        {create.data ? (
          <>
            <pre className="scroll-quiet overflow-x-auto rounded-md bg-sunk p-3 font-mono text-xs">
              {create.data.key}
            </pre>
            <p className="text-sm text-ink-2">
              Keep it now: only its hash stays here, and it is not shown again.
            </p>
          </>
        ) : (
          <form
            onSubmit={form.handleSubmit((values) => create.mutate(values))}
            className="flex flex-col gap-4"
          >
            <Field label="Name" hint="What it is for" error={form.formState.errors.name?.message}>
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
              Make the key
            </Button>
          </form>
        )}
      </DialogContent>
    </Dialog>
  )
}
