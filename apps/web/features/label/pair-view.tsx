'use client'

import { checkRecipe } from '@palate/recipe'
import { useEffect, useMemo, useRef, useState } from 'react'
import { findingsOf, readMarks, readSame } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'
import { Brief } from './brief'
import { ChoiceBar } from './choice-bar'
import { type Choice, commandOf, settleMs } from './choices'
import { pauseWhileOffline, Stopwatch } from './stopwatch'
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
  const [watch] = useState(() => new Stopwatch())
  useEffect(() => pauseWhileOffline(watch), [watch])
  const same = useMemo(() => readSame(pair.left, pair.right), [pair])
  const marks = useMemo(() => ({ left: marksOf(pair.left, pair), right: marksOf(pair.right, pair) }), [pair])
  const vote = (choice: Choice) => onVote(pair, choice, Math.round(watch.read()))
  const settled = useSettled()
  useKeys({ vote, skip: () => onSkip(pair), undo: onUndo, help: onHelp }, settled)

  return (
    <div
      data-own-keys
      className="mx-auto flex h-[calc(100dvh-9.125rem)] min-h-96 w-full max-w-[1240px] flex-col gap-3 max-lg:-mb-9 lg:h-[calc(100dvh-6.375rem)]"
    >
      <Brief pair={pair} />
      <section
        aria-label="Answers"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="grid min-h-0 flex-1 items-start gap-4 overflow-y-auto pb-2 max-md:-mx-4 max-md:snap-x max-md:snap-mandatory max-md:grid-flow-col max-md:auto-cols-[90%] max-md:overflow-x-auto max-md:px-4 md:grid-cols-2"
      >
        <RecipeCard
          label="A"
          text={pair.left}
          same={same.left}
          marks={marks.left}
          className="max-md:snap-center"
        />
        <RecipeCard
          label="B"
          text={pair.right}
          same={same.right}
          marks={marks.right}
          className="max-md:snap-center"
        />
      </section>
      <ChoiceBar settled={settled} onChoose={vote} onSkip={() => onSkip(pair)} onUndo={onUndo} />
    </div>
  )
}

/** The marks of one answer: what the persona forbids, as in the chat and in evaluations, and the given ingredients. */
function marksOf(text: string, { persona, inventory }: LabelPair) {
  const { violations, use } = checkRecipe(text, { persona: persona.body, inventory })
  return readMarks(text, { findings: findingsOf(violations), used: use.used })
}

type Actions = { vote: (choice: Choice) => void; skip: () => void; undo: () => void; help: () => void }

/** Whether the pair has been there for long enough to be judged. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), settleMs)
    return () => clearTimeout(timer)
  }, [])
  return settled
}

/** Keys work everywhere, except in inputs and while a dialog or menu is open. */
function useKeys(actions: Actions, settled: boolean) {
  const latest = useRef({ ...actions, settled })
  latest.current = { ...actions, settled }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest('input, textarea, select, [role=dialog], [role=menu]')) return
      const command = commandOf(event, latest.current)
      if (!command) return
      event.preventDefault()
      if (command === 'skip' || command === 'undo' || command === 'help') latest.current[command]()
      else latest.current.vote(command)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
