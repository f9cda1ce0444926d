'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { ChangePasswordInput } from '@palate/core/user/schemas'
import { Button, Card, CardBody, CardHead, Field, Input } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { toast } from '../../lib/toast'
import { useTRPC } from '../../lib/trpc'

/** A new password. It ends all other sessions, so the form says so. */
export function ChangePassword() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const form = useForm({
    resolver: zodResolver(ChangePasswordInput),
    defaultValues: { current: '', next: '' },
  })
  const change = useMutation(
    trpc.user.changePassword.mutationOptions({
      onSuccess: async () => {
        form.reset()
        toast.success('The password was changed. All other sessions have ended.')
        await queryClient.invalidateQueries(trpc.user.pathFilter())
      },
    }),
  )
  const { errors } = form.formState
  return (
    <Card>
      <CardHead title="Password" />
      <CardBody>
        <form
          onSubmit={form.handleSubmit((values) => change.mutate(values))}
          noValidate
          className="flex max-w-sm flex-col gap-4"
        >
          <Field label="Current password" error={errors.current?.message}>
            <Input type="password" autoComplete="current-password" {...form.register('current')} />
          </Field>
          <Field
            label="New password"
            hint="At least 10 characters. All other browsers are signed out."
            error={errors.next?.message}
          >
            <Input type="password" autoComplete="new-password" {...form.register('next')} />
          </Field>
          <Button type="submit" busy={change.isPending} className="self-start">
            Change password
          </Button>
        </form>
      </CardBody>
    </Card>
  )
}
