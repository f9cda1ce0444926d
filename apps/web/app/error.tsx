'use client'

import { ErrorState, Logo } from '@palate/ui'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-8 px-6">
      <Logo />
      <ErrorState
        heading="h1"
        title="This page could not be shown"
        message="An error stopped the page. Try again. If it happens again, the browser's console shows the cause."
        onRetry={reset}
      />
    </main>
  )
}
