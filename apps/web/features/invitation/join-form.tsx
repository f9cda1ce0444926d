'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { NewAccount } from '@palate/core/invitation/schemas'
import { Button, Field, Input } from '@palate/ui'
import { useMutation } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import { useForm } from 'react-hook-form'
import { useTRPC } from '../../lib/trpc'
import { chooseWorkspace } from '../../lib/workspace-choice'

/** A new person's account. After it is made, they are signed in with it. */
export function JoinForm({ token, email }: { token: string; email: string | null }) {
  const trpc = useTRPC()
  const form = useForm<NewAccount>({
    resolver: zodResolver(NewAccount),
    defaultValues: { name: '', email: email ?? '', password: '' },
  })
  const { errors } = form.formState
  const join = useMutation(
    trpc.invitation.join.mutationOptions({
      onSuccess: async ({ workspaceId }, { account }) => {
        const { email: address, password } = account
        const result = await signIn('credentials', { email: address, password, redirect: false })
        chooseWorkspace(workspaceId)
        window.location.assign(result?.ok ? '/' : '/sign-in')
      },
    }),
  )
  return (
    <form
      onSubmit={form.handleSubmit((account) => join.mutate({ token, account }))}
      noValidate
      className="flex flex-col gap-4"
    >
      <Field label="Name" hint="As your team sees it." error={errors.name?.message}>
        <Input autoComplete="name" {...form.register('name')} />
      </Field>
      <Field
        label="Email"
        hint={email ? 'The invitation is for this address.' : 'You sign in with it.'}
        error={errors.email?.message}
      >
        <Input type="email" autoComplete="username" readOnly={email !== null} {...form.register('email')} />
      </Field>
      <Field label="Password" hint="At least 10 characters." error={errors.password?.message}>
        <Input type="password" autoComplete="new-password" {...form.register('password')} />
      </Field>
      <Button type="submit" look="primary" size="lg" busy={join.isPending || join.isSuccess}>
        Create account and join
      </Button>
    </form>
  )
}
