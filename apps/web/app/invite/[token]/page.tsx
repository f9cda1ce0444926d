import { Logo } from '@palate/ui'
import type { Metadata } from 'next'
import { findAccount } from '../../../auth/account'
import { InvitationPage } from '../../../features/invitation/invitation-page'

/** The address of this page is a secret: no other site gets it, and no search engine keeps it. */
export const metadata: Metadata = {
  title: 'Invitation',
  referrer: 'no-referrer',
  robots: { index: false, follow: false },
}

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const account = await findAccount()
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-8 px-6 py-12">
      <Logo className="text-2xl" />
      <InvitationPage token={token} signedInAs={account?.email ?? null} />
    </main>
  )
}
