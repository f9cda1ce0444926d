import { Button, EmptyState, Logo } from '@palate/ui'
import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-8 px-6">
      <Logo />
      <EmptyState
        title="This page does not exist"
        action={
          <Button asChild look="primary">
            <Link href="/">To the overview</Link>
          </Button>
        }
      >
        The address may be mistyped, or what it named is gone.
      </EmptyState>
    </main>
  )
}
