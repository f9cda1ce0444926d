import { checkRecipe, userMessage } from '@palate/recipe'
import { Button, Spinner, Tag } from '@palate/ui'
import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { useMemo } from 'react'
import type { Outputs } from '../../lib/trpc'
import { findingsOf, readMarks } from '../recipe/read-marks'
import { RecipeCard } from '../recipe/recipe-card'
import type { Thumb, Turn } from './turns'

type Persona = NonNullable<Outputs['chat']['info']>['personas'][number]

/** One question and its answer, checked against the persona as soon as it is written. */
export function TurnView({
  turn,
  persona,
  onRate,
}: {
  turn: Turn
  persona: Persona | undefined
  onRate: (thumb: Thumb) => void
}) {
  const writing = turn.status === 'writing'
  return (
    <section aria-label={`Answer for ${persona?.name ?? turn.persona}`} className="flex flex-col gap-4">
      <p className="max-w-[85%] self-end rounded-xl bg-sunk px-4 py-3">
        {userMessage({ inventory: [...turn.inventory], request: turn.request })}
      </p>
      {turn.text === '' && writing ? (
        <p role="status" className="flex items-center gap-2.5 px-1 text-ink-2">
          <Spinner /> {persona?.name ?? 'The cook'} is thinking
        </p>
      ) : null}
      {turn.text === '' ? null : <CheckedCard turn={turn} persona={persona} />}
      {turn.status === 'failed' ? (
        <p role="alert" className="rounded-lg bg-bad-soft px-4 py-3 text-bad">
          {turn.error}
        </p>
      ) : null}
      {turn.status === 'cut' ? (
        <p className="text-sm text-ink-2">It reached the length you allowed. Allow more and ask again.</p>
      ) : null}
      {turn.status === 'stopped' ? <p className="text-sm text-ink-3">Stopped.</p> : null}
      {!writing && turn.turnId && turn.text !== '' ? <Thumbs thumb={turn.thumb} onRate={onRate} /> : null}
    </section>
  )
}

function CheckedCard({ turn, persona }: { turn: Turn; persona: Persona | undefined }) {
  const { text, inventory, status } = turn
  const check = useMemo(
    () =>
      checkRecipe(text, {
        persona: { forbidden: persona?.forbidden ?? [], diets: persona?.diets ?? [] },
        inventory: [...inventory],
      }),
    [text, inventory, persona],
  )
  const marks = useMemo(
    () => readMarks(text, { findings: findingsOf(check.violations), used: check.use.used }),
    [text, check],
  )
  const { used, allowedGiven } = check.use
  const broken = check.violations.length
  const writing = status === 'writing'
  return (
    <RecipeCard
      text={text}
      streaming={writing}
      marks={marks}
      note={
        writing || allowedGiven.length === 0
          ? undefined
          : used.length === allowedGiven.length
            ? `uses all ${used.length} of yours`
            : `uses ${used.length} of your ${allowedGiven.length}`
      }
      aside={
        writing ? null : broken > 0 ? (
          <Tag tone="bad">
            breaks {broken} {broken === 1 ? 'rule' : 'rules'}
          </Tag>
        ) : (
          <Tag tone="good">{persona?.diets[0] ? `${persona.diets[0]}, checked` : 'rules checked'}</Tag>
        )
      }
    />
  )
}

function Thumbs({ thumb, onRate }: { thumb: Thumb | null; onRate: (thumb: Thumb) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <Button
        aria-pressed={thumb === 'up'}
        look={thumb === 'up' ? 'primary' : 'plain'}
        onClick={() => onRate('up')}
      >
        <ThumbsUp aria-hidden /> I would cook this
      </Button>
      <Button
        aria-pressed={thumb === 'down'}
        look={thumb === 'down' ? 'primary' : 'plain'}
        onClick={() => onRate('down')}
      >
        <ThumbsDown aria-hidden /> Not for me
      </Button>
      {thumb ? <span className="ml-1 text-sm text-ink-3">Noted. It helps the next model.</span> : null}
    </div>
  )
}
