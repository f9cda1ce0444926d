'use client'

import { Button, EmptyState, Logo, Skeleton, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { DeploymentChoice } from './deployment-choice'
import { Dock } from './dock'
import { PersonaChoice } from './persona-choice'
import { TurnView } from './turn-view'
import { useChat } from './use-chat'
import { useWarmUp } from './warm-up'

type Info = NonNullable<Outputs['chat']['info']>

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

function Conversation({ info }: { info: Info }) {
  const [chosen, setChosen] = useState(info.personas[0]?.slug ?? '')
  const { turns, ask, stop, clear, rate } = useChat(info.slug)
  useWarmUp(info.slug, chosen)
  const writing = turns.at(-1)?.status === 'writing'
  return (
    <>
      <div className="flex flex-col gap-5">
        <h1 className="title text-3xl max-sm:text-2xl">Who are you cooking for?</h1>
        <PersonaChoice personas={info.personas} value={chosen} onChange={setChosen} />
      </div>
      {turns.length === 0 ? (
        <p className="max-w-lg text-ink-2">
          Add the ingredients that you have and press “Write recipe”. The recipe marks your ingredients and
          every line that breaks a rule of{' '}
          {info.personas.find(({ slug }) => slug === chosen)?.name ?? 'the persona'}.
        </p>
      ) : null}
      {turns.length > 0 ? (
        <p className="-mb-3 flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-sm text-ink-3">
          This browser keeps the conversation.
          <Button look="quiet" size="sm" disabled={writing} onClick={clear}>
            Clear conversation
          </Button>
        </p>
      ) : null}
      {turns.map((turn) => (
        <TurnView
          key={turn.key}
          turn={turn}
          persona={info.personas.find(({ slug }) => slug === turn.persona)}
          busy={writing}
          onRate={(thumb) => rate(turn, thumb)}
          onRetry={() => ask(turn)}
        />
      ))}
      <Dock
        writing={writing}
        onAsk={(question, sampling) => ask({ ...question, sampling, persona: chosen })}
        onStop={stop}
      />
    </>
  )
}
