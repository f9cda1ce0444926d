'use client'

import { Button, Field, Input } from '@palate/ui'
import { useForm } from 'react-hook-form'

const enterEmail = 'Enter a valid email address.'

// Checked by the form itself: this page is the first that anybody loads, and needs no schema for two fields.
const rules = {
  email: { pattern: { value: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, message: enterEmail }, required: enterEmail },
  password: { required: 'Enter your password.' },
}

export function SignInForm({ target }: { target: string }) {
  const form = useForm({ defaultValues: { email: '', password: '' } })
  const { errors, isSubmitting } = form.formState

  const onSubmit = form.handleSubmit(async (credentials) => {
    const { signIn } = await import('next-auth/react')
    const result = await signIn('credentials', { ...credentials, redirect: false })
    if (result?.ok) {
      // A full page load: data from before the sign-in is dropped.
      window.location.assign(target)
      return
    }
    form.setError('root', {
      message:
        result?.error === 'CredentialsSignin'
          ? 'The email address or the password is wrong. Check both and try again.'
          : (result?.error ?? 'The server did not respond. Try again in a minute.'),
    })
  })

  return (
    <form onSubmit={onSubmit} noValidate className="flex flex-col gap-4">
      <Field label="Email" error={errors.email?.message}>
        <Input type="email" autoComplete="username" autoFocus {...form.register('email', rules.email)} />
      </Field>
      <Field label="Password" error={errors.password?.message}>
        <Input
          type="password"
          autoComplete="current-password"
          {...form.register('password', rules.password)}
        />
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
