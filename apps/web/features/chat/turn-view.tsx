import { Button, Spinner } from '@palate/ui'
import { Link2, RotateCcw, ThumbsDown, ThumbsUp } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { toast } from '../../lib/toast'
import type { Outputs } from '../../lib/trpc'
import { Question } from './question'
import type { Thumb, Turn } from './turns'

const CheckedCard = lazy(() => import('./checked-card').then((module) => ({ default: module.CheckedCard })))

type Persona = NonNullable<Outputs['chat']['info']>['personas'][number]

/** One question and its answer, checked against the persona when it is complete. */
export function TurnView({
  turn,
  persona,
  busy,
  onRate,
  onRetry,
}: {
  turn: Turn
  persona: Persona | undefined
  /** Whether another answer is being written. */
  busy: boolean
  onRate: (thumb: Thumb) => void
  onRetry: () => void
}) {
  const { text, status, turnId } = turn
  const writing = status === 'writing'
  return (
    <section
      ref={bringIntoView}
      aria-label={`Answer for ${persona?.name ?? turn.persona}`}
      className="flex scroll-mt-4 flex-col gap-4"
    >
      <Question inventory={turn.inventory} request={turn.request} />
      {text === '' && writing ? (
        <p role="status" className="flex items-center gap-2.5 px-1 text-ink-2">
          <Spinner /> Waiting for the model
        </p>
      ) : null}
      {text === '' ? null : (
        // Until the code that checks it is loaded, the answer stands as it is.
        <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
          <CheckedCard
            text={text}
            inventory={turn.inventory}
            persona={persona}
            writing={writing}
            whole={status === 'done'}
          />
        </Suspense>
      )}
      {status === 'failed' ? (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg bg-bad-soft px-4 py-3">
          <p role="alert" className="text-bad">
            {turn.error}
          </p>
          <Button disabled={busy} onClick={onRetry}>
            <RotateCcw aria-hidden /> Try again
          </Button>
        </div>
      ) : null}
      {status === 'cut' ? (
        <p className="text-sm text-ink-2">
          The answer was cut at the maximum length. Raise it in the sampling settings and ask again.
        </p>
      ) : null}
      {status === 'stopped' ? <p className="text-sm text-ink-3">You stopped this answer.</p> : null}
      {!writing && turnId && text !== '' ? (
        <Thumbs thumb={turn.thumb} turnId={turnId} onRate={onRate} />
      ) : null}
    </section>
  )
}

/** A new question scrolls to the top, so that its answer is visible while it grows. */
const bringIntoView = (element: HTMLElement | null) =>
  element?.scrollIntoView({ block: 'start', behavior: 'smooth' })

function Thumbs({
  thumb,
  turnId,
  onRate,
}: {
  thumb: Thumb | null
  turnId: string
  onRate: (thumb: Thumb) => void
}) {
  const copy = async () => {
    await navigator.clipboard.writeText(`${window.location.origin}/chat/${turnId}`)
    toast.success('Link copied.')
  }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <Button
        aria-pressed={thumb === 'up'}
        look={thumb === 'up' ? 'primary' : 'plain'}
        onClick={() => onRate('up')}
      >
        <ThumbsUp aria-hidden /> Thumbs up
      </Button>
      <Button
        aria-pressed={thumb === 'down'}
        look={thumb === 'down' ? 'primary' : 'plain'}
        onClick={() => onRate('down')}
      >
        <ThumbsDown aria-hidden /> Thumbs down
      </Button>
      <Button look="quiet" onClick={copy}>
        <Link2 aria-hidden /> Copy link
      </Button>
      {thumb ? (
        <span className="ml-1 text-sm text-ink-3">Saved. The team can train the next model on it.</span>
      ) : null}
    </div>
  )
}
