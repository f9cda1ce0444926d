'use client'

import { ErrorState, Logo } from '@palate/ui'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-8 px-6">
      <Logo />
      <ErrorState
        title="This page broke"
        message="Something on it could not be drawn. Try again; if it happens again, the server's log says more."
        onRetry={reset}
      />
    </main>
  )
}
