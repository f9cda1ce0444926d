'use client'

import { formatList, parseRecipe } from '@palate/recipe'
import { Card, CardBody, CardHead, Tag } from '@palate/ui'
import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { formatAgo, plural } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'
import { useNow } from '../../lib/use-now'
import { readMarks } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'

type Feedback = Outputs['chat']['listFeedback'][number]

/** Thumbs of chat visitors, newest first; each opens to its answer. */
export function FeedbackList({ feedback }: { feedback: readonly Feedback[] }) {
  return (
    <Card>
      <CardHead title="Feedback from the chat" aside={plural(feedback.length, 'recent thumb')} />
      <CardBody className="flex flex-col">
        {feedback.map((one) => (
          <FeedbackRow key={one.id} feedback={one} />
        ))}
      </CardBody>
    </Card>
  )
}

export function FeedbackRow({ feedback }: { feedback: Feedback }) {
  const now = useNow(30_000)
  const { thumb, turn, createdAt } = feedback
  const Icon = thumb === 'up' ? ThumbsUp : ThumbsDown
  return (
    <details className="group border-b border-line py-2 last:border-0">
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-sm">
        <Icon
          className={thumb === 'up' ? 'size-4 text-good' : 'size-4 text-bad'}
          aria-label={thumb === 'up' ? 'thumb up' : 'thumb down'}
        />
        <span className="min-w-0 flex-1 basis-52 group-hover:text-accent">
          {parseRecipe(turn.text).title || 'Unformatted answer'}
          <span className="block text-sm text-ink-3 [overflow-wrap:anywhere]">
            {[formatList(turn.inventory), turn.request].filter(Boolean).join(' · ')}
          </span>
        </span>
        {turn.persona ? <Tag>{turn.persona.name}</Tag> : null}
        <span className="num text-xs text-ink-3">
          {turn.model.name} v{turn.model.number} · {formatAgo(createdAt, now)}
        </span>
      </summary>
      <div className="max-w-2xl py-3">
        <RecipeCard text={turn.text} marks={readMarks(turn.text, { used: turn.inventory })} />
      </div>
    </details>
  )
}
