'use client'

import { Button } from '@palate/ui'
import { useEffect, useState } from 'react'
import type { Outputs } from '../../lib/trpc'
import { Dock } from './dock'
import { PersonaChoice } from './persona-choice'
import { TurnView } from './turn-view'
import { useChat } from './use-chat'
import { useWarmUp } from './warm-up'

type Info = NonNullable<Outputs['chat']['info']>

/** The conversation with a deployment. */
export function Conversation({ info }: { info: Info }) {
  const [chosen, setChosen] = useState(info.personas[0]?.slug ?? '')
  const { turns, ask, stop, clear, rate } = useChat(info.slug)
  useWarmUp(info.slug, chosen)
  useEffect(() => {
    void import('./checked-card').catch(() => undefined) // the first answer needs it
  }, [])
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
