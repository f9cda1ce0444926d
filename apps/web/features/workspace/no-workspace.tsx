'use client'

import { Button, Logo } from '@palate/ui'
import dynamic from 'next/dynamic'

const CreateWorkspaceForm = dynamic(
  () => import('./create-workspace').then((module) => module.CreateWorkspaceForm),
  { loading: () => null },
)

async function signOutHere(): Promise<void> {
  const { signOut } = await import('next-auth/react')
  await signOut({ callbackUrl: '/sign-in' })
}

/** In place of the workbench, for an account that is a member of no workspace. */
export function NoWorkspace({ email }: { email: string }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-8 px-6 py-12">
      <Logo className="text-2xl" />
      <header className="flex flex-col gap-2">
        <h1 className="title text-3xl">You are in no workspace</h1>
        <p className="text-ink-2 [overflow-wrap:anywhere]">
          Your account {email} works, but it is a member of no workspace. Ask a team for an invitation, or
          make a workspace of your own.
        </p>
      </header>
      <CreateWorkspaceForm />
      <Button look="quiet" className="self-start" onClick={signOutHere}>
        Sign out
      </Button>
    </main>
  )
}
