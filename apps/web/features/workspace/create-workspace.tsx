'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { CreateWorkspaceInput } from '@palate/core/workspace/schemas'
import { Button, DialogContent, Field, Input } from '@palate/ui'
import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../../lib/trpc'
import { switchWorkspace } from '../../lib/workspace-choice'

/** What the dialog for a new workspace holds. */
export function CreateWorkspaceContent() {
  return (
    <DialogContent
      title="Create workspace"
      description="A workspace of its own for another team: its data, models, members and agents are shared with no other."
    >
      <CreateWorkspaceForm />
    </DialogContent>
  )
}

export function CreateWorkspaceForm() {
  const trpc = useTRPC()
  const form = useForm({ resolver: zodResolver(CreateWorkspaceInput), defaultValues: { name: '' } })
  const create = useMutation(
    trpc.workspace.create.mutationOptions({ onSuccess: ({ id }) => switchWorkspace(id) }),
  )
  return (
    <form
      onSubmit={form.handleSubmit((values) => create.mutate(values))}
      noValidate
      className="flex flex-col gap-4"
    >
      <Field label="Name" error={form.formState.errors.name?.message}>
        <Input autoComplete="organization" {...form.register('name')} />
      </Field>
      <Button
        type="submit"
        look="primary"
        size="lg"
        busy={create.isPending || create.isSuccess}
        className="self-end"
      >
        Create workspace
      </Button>
    </form>
  )
}
