'use client'

import { zodResolver } from '@hookform/resolvers/zod'
import { Button, Field, Input } from '@palate/ui'
import { signIn } from 'next-auth/react'
import { useForm } from 'react-hook-form'
import { z } from 'zod'

const Credentials = z.object({
  email: z.email('This is no e-mail address.'),
  password: z.string().min(1, 'The password is missing.'),
})

export function SignInForm({ target }: { target: string }) {
  const form = useForm({ resolver: zodResolver(Credentials), defaultValues: { email: '', password: '' } })
  const { errors, isSubmitting } = form.formState

  const onSubmit = form.handleSubmit(async (credentials) => {
    const result = await signIn('credentials', { ...credentials, redirect: false })
    if (result?.ok) {
      // A full load, so that nothing read before signing in is kept.
      window.location.assign(target)
      return
    }
    form.setError('root', {
      message:
        result?.error === 'CredentialsSignin'
          ? 'E-mail and password do not belong together. Check both and try again.'
          : (result?.error ?? 'The server did not answer. Try again in a moment.'),
    })
  })

  return (
    <form onSubmit={onSubmit} noValidate className="flex flex-col gap-4">
      <Field label="E-mail" error={errors.email?.message}>
        <Input type="email" autoComplete="username" autoFocus {...form.register('email')} />
      </Field>
      <Field label="Password" error={errors.password?.message}>
        <Input type="password" autoComplete="current-password" {...form.register('password')} />
      </Field>
      {errors.root ? (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
          {errors.root.message}
        </p>
      ) : null}
      <Button type="submit" look="primary" size="lg" busy={isSubmitting}>
        Sign in
      </Button>
    </form>
  )
}
