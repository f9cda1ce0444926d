'use client'

import { Button, Logo, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { Question } from './question'

const CheckedCard = dynamic(() => import('./checked-card').then((module) => module.CheckedCard), {
  loading: () => <Skeleton className="h-96" />,
})

/** One stored answer, for anyone who has its link. */
export function SharedTurn({ turnId }: { turnId: string }) {
  const trpc = useTRPC()
  const turn = useQuery(trpc.chat.turn.queryOptions({ turnId }))
  return (
    <div className="mx-auto flex min-h-dvh max-w-[760px] flex-col gap-6 px-4 pb-12 sm:px-5">
      <header className="flex items-center justify-between gap-3 pt-5">
        <Link href="/chat" aria-label="Palate" className="rounded-md">
          <Logo />
        </Link>
        <Button asChild look="accent">
          <Link href={turn.data ? `/chat?name=${encodeURIComponent(turn.data.deployment.slug)}` : '/chat'}>
            Open chat
          </Link>
        </Button>
      </header>
      <main className="flex flex-col gap-5">
        <Loaded page query={turn} skeleton={<Skeleton className="h-96" />}>
          {({ text, inventory, request, persona, finishReason }) => (
            <>
              <h1 className="text-ink-2">A recipe for {persona?.name ?? 'you'}</h1>
              <Question inventory={inventory} request={request} />
              <CheckedCard
                text={text}
                inventory={inventory}
                persona={persona ?? undefined}
                writing={false}
                whole={finishReason === 'stop'}
              />
            </>
          )}
        </Loaded>
      </main>
      <footer className="text-center text-xs text-ink-3">
        A language model wrote this recipe. Check allergens yourself.
      </footer>
    </div>
  )
}
