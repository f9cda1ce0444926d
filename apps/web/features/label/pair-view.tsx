'use client'

import { formatList } from '@palate/recipe'
import { Tag } from '@palate/ui'
import { useEffect, useMemo, useRef, useState } from 'react'
import { readMarks, readSame } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'
import { ChoiceBar } from './choice-bar'
import { type Choice, commandOf } from './choices'
import type { LabelPair } from './use-label-queue'

/** One pair: the request, the persona, both answers, and the choices. Mount it once per pair: it measures the time. */
export function PairView({
  pair,
  onVote,
  onSkip,
  onUndo,
  onHelp,
}: {
  pair: LabelPair
  onVote: (pair: LabelPair, choice: Choice, durationMs: number) => void
  onSkip: (pair: LabelPair) => void
  onUndo: () => void
  onHelp: () => void
}) {
  const [shownAt] = useState(() => performance.now())
  const same = useMemo(() => readSame(pair.left, pair.right), [pair])
  const vote = (choice: Choice) => onVote(pair, choice, Math.round(performance.now() - shownAt))
  useKeys({ vote, skip: () => onSkip(pair), undo: onUndo, help: onHelp })

  return (
    <div className="mx-auto flex w-full max-w-[1240px] flex-col gap-4">
      <header className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <div className="max-w-3xl min-w-0">
          <p className="text-ink-3">Ingredients: {formatList(pair.inventory)}</p>
          <h1 className="title mt-0.5 text-2xl">“{pair.request}”</h1>
        </div>
        <PersonaTags persona={pair.persona} />
      </header>
      <div className="grid items-start gap-4 max-md:-mx-4 max-md:snap-x max-md:snap-mandatory max-md:grid-flow-col max-md:auto-cols-[90%] max-md:overflow-x-auto max-md:px-4 max-md:pb-2 md:grid-cols-2">
        <RecipeCard
          label="A"
          text={pair.left}
          same={same.left}
          marks={readMarks(pair.left, { used: pair.inventory })}
          className="max-md:snap-center"
        />
        <RecipeCard
          label="B"
          text={pair.right}
          same={same.right}
          marks={readMarks(pair.right, { used: pair.inventory })}
          className="max-md:snap-center"
        />
      </div>
      <ChoiceBar onChoose={vote} onSkip={() => onSkip(pair)} onUndo={onUndo} />
    </div>
  )
}

function PersonaTags({ persona }: { persona: LabelPair['persona'] }) {
  const { diets, forbidden } = persona.body
  const never = forbidden.slice(0, 6)
  return (
    <div className="flex max-w-md flex-col gap-1 md:items-end">
      <span className="text-ink-3">For</span>
      <div className="flex flex-wrap gap-1.5 md:justify-end">
        <Tag tone="accent">{persona.name}</Tag>
        {diets.map((diet) => (
          <Tag key={diet}>{diet}</Tag>
        ))}
        {never.map((word) => (
          <Tag key={word}>no {word}</Tag>
        ))}
        {forbidden.length > never.length ? (
          <Tag title={forbidden.join(', ')}>and {forbidden.length - never.length} more</Tag>
        ) : null}
      </div>
    </div>
  )
}

type Actions = { vote: (choice: Choice) => void; skip: () => void; undo: () => void; help: () => void }

/** Keys work everywhere, except in inputs and while a dialog or menu is open. */
function useKeys(actions: Actions) {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest('input, textarea, select, [role=dialog], [role=menu]')) return
      const command = commandOf(event)
      if (!command) return
      event.preventDefault()
      if (command === 'skip' || command === 'undo' || command === 'help') latest.current[command]()
      else latest.current.vote(command)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
