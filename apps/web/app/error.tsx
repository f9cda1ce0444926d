'use client'

import { ErrorState, Logo } from '@palate/ui'
import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { useOutage } from '../lib/use-outage'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const router = useRouter()
  /** The server renders the page again; `reset` alone would show its old error. */
  const retry = () =>
    startTransition(() => {
      router.refresh()
      reset()
    })
  const outage = useOutage(retry)
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-8 px-6">
      <Logo />
      <ErrorState
        heading="h1"
        title={outage ? 'Palate is waiting' : 'This page could not be shown'}
        message={
          outage ??
          "An error stopped the page. Try again. If it happens again, the browser's console shows the cause."
        }
        onRetry={retry}
      />
    </main>
  )
}
