'use client'

import { EmptyState, Logo, Skeleton, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { DeploymentChoice } from './deployment-choice'

const Conversation = dynamic(() => import('./conversation').then((module) => module.Conversation), {
  loading: () => <Skeleton className="h-64" />,
})

/**
 * The public chat, without an account. `slug` names the deployment; the default is the newest one. Members of the team
 * may choose another.
 */
export function ChatPage({ slug, isMember }: { slug: string | undefined; isMember: boolean }) {
  const trpc = useTRPC()
  const info = useQuery(trpc.chat.info.queryOptions({ slug }))
  return (
    <div className="mx-auto flex min-h-dvh max-w-[760px] flex-col px-4 sm:px-5">
      <header className="flex items-center justify-between gap-3 py-5">
        <Link href="/" aria-label="Palate" className="rounded-md">
          <Logo />
        </Link>
        {info.data ? (
          <div className="flex min-w-0 items-center gap-3">
            <Tag>
              answers by {info.data.model.name} v{info.data.model.number}
            </Tag>
            {isMember ? <DeploymentChoice slug={info.data.slug} /> : null}
          </div>
        ) : null}
      </header>
      <main className="flex flex-1 flex-col gap-7">
        <Loaded page query={info} skeleton={<Skeleton className="h-64" />}>
          {(data) => (data ? <Conversation key={data.slug} info={data} /> : <NoModel />)}
        </Loaded>
      </main>
    </div>
  )
}

function NoModel() {
  return (
    <EmptyState heading="h1" title="No model is deployed" className="my-16">
      The chat opens when the team deploys a model. Sign in and open Models to deploy one.
    </EmptyState>
  )
}
