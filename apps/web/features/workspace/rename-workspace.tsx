'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { RenameWorkspaceInput } from '@palate/core/workspace/schemas'
import { Button, Card, CardBody, CardHead, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { toast } from '../../lib/toast'
import { useTRPC } from '../../lib/trpc'

/** The workspace's name. */
export function RenameWorkspace({ name }: { name: string }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const form = useForm({ resolver: zodResolver(RenameWorkspaceInput), values: { name } })
  const rename = useMutation(
    trpc.workspace.rename.mutationOptions({
      onSuccess: async () => {
        toast.success('The workspace was renamed.')
        await queryClient.invalidateQueries(trpc.session.pathFilter())
      },
    }),
  )
  return (
    <Card>
      <CardHead title="Workspace" />
      <CardBody>
        <form
          onSubmit={form.handleSubmit((values) => rename.mutate(values))}
          noValidate
          className="flex max-w-sm flex-col gap-4"
        >
          <Field label="Name" error={form.formState.errors.name?.message}>
            <Input {...form.register('name')} />
          </Field>
          <Button
            type="submit"
            busy={rename.isPending}
            disabled={!form.formState.isDirty}
            className="self-start"
          >
            Rename workspace
          </Button>
        </form>
      </CardBody>
    </Card>
  )
}
