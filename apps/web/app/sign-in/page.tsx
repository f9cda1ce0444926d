import { Logo } from '@palate/ui'
import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { findSession } from '../../auth/session'
import { localPath } from '../../features/sign-in/local-path'
import { SignInForm } from '../../features/sign-in/sign-in-form'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { to, again } = await searchParams
  const target = localPath(to)
  // A cookie can outlive its account: a caller that was sent back here is not redirected again.
  if (again === undefined && (await findSession())) redirect(target)
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-8 px-6 py-12">
      <Logo className="text-2xl" />
      <div className="flex flex-col gap-2">
        <h1 className="title text-3xl">Sign in to Palate</h1>
        <p className="text-ink-2">Use the account of your workspace.</p>
      </div>
      <SignInForm target={target} />
      <p className="text-sm text-ink-3">
        To try the model, open the{' '}
        <Link href="/chat" className="text-accent underline underline-offset-3">
          public chat
        </Link>
        . It needs no account.
      </p>
    </main>
  )
}
