import { Button, EmptyState, Logo } from '@palate/ui'
import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-8 px-6">
      <Logo />
      <EmptyState
        heading="h1"
        title="Page not found"
        action={
          <Button asChild look="primary">
            <Link href="/">Open overview</Link>
          </Button>
        }
      >
        The address may be wrong, or the page was deleted.
      </EmptyState>
    </main>
  )
}
