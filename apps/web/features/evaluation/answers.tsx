'use client'

import { formatList } from '@palate/recipe'
import { Button, Card, Select, Skeleton, Tag, type Tone } from '@palate/ui'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC, useTRPCClient } from '../../lib/trpc'
import { readMarks } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'
import { categoryName } from './category-table'

type Answer = Outputs['evaluation']['answers']['items'][number]
type Side = Answer['base']
type Outcome = 'better' | 'same' | 'worse'

const winners: Record<Answer['winner'], { tone: Tone; text: string }> = {
  tuned: { tone: 'good', text: 'tuned won' },
  base: { tone: 'bad', text: 'base won' },
  tie: { tone: 'plain', text: 'tie' },
}

/** The answers of both models side by side, with the rule violations in each. */
export function Answers({
  evaluationId,
  categories,
}: {
  evaluationId: string
  categories: readonly string[]
}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [category, setCategory] = useState('all')
  const [outcome, setOutcome] = useState('all')
  const filter = {
    evaluationId,
    category: category === 'all' ? undefined : category,
    outcome: outcome === 'all' ? undefined : (outcome as Outcome),
  }
  // Not trpc's own infinite options: they add a `direction` that the strict input of the procedure rejects.
  const answers = useInfiniteQuery({
    queryKey: [...trpc.evaluation.answers.queryKey(filter), 'pages'],
    queryFn: ({ pageParam }) => client.evaluation.answers.query({ ...filter, cursor: pageParam, limit: 6 }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
  return (
    <section aria-label="Answers side by side" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="title text-xl">Answers side by side</h2>
        <div className="flex gap-2">
          <Select
            aria-label="Category"
            className="w-44"
            value={category}
            onValueChange={setCategory}
            options={[
              { value: 'all', label: 'All categories' },
              ...categories.map((value) => ({ value, label: categoryName(value) })),
            ]}
          />
          <Select
            aria-label="Outcome"
            className="w-40"
            value={outcome}
            onValueChange={setOutcome}
            options={[
              { value: 'all', label: 'All outcomes' },
              { value: 'better', label: 'Tuned is better' },
              { value: 'worse', label: 'Tuned is worse' },
              { value: 'same', label: 'Equal' },
            ]}
          />
        </div>
      </div>
      <Loaded query={answers} skeleton={<Skeleton className="h-96" />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          if (items.length === 0)
            return <p className="py-8 text-center text-ink-2">No answers match these filters.</p>
          return (
            <>
              {items.map((item) => (
                <AnswerPair key={`${item.caseKey}-${item.sample}`} answer={item} />
              ))}
              {answers.hasNextPage ? (
                <Button
                  busy={answers.isFetchingNextPage}
                  onClick={() => answers.fetchNextPage()}
                  className="self-center"
                >
                  Show more
                </Button>
              ) : null}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

function AnswerPair({ answer }: { answer: Answer }) {
  const winner = winners[answer.winner]
  return (
    <Card className="flex flex-col gap-4 p-4">
      <header className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
        <Tag tone="accent">{answer.persona.name}</Tag>
        <Tag>{categoryName(answer.category)}</Tag>
        <Tag tone={winner.tone}>{winner.text}</Tag>
        <p className="min-w-0 basis-full">
          <b className="font-medium">“{answer.request}”</b>{' '}
          <span className="text-ink-2">with {formatList(answer.inventory)}</span>
        </p>
      </header>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <SideCard name="Base" side={answer.base} inventory={answer.inventory} />
        <SideCard name="Tuned" side={answer.tuned} inventory={answer.inventory} />
      </div>
    </Card>
  )
}

function SideCard({ name, side, inventory }: { name: string; side: Side; inventory: readonly string[] }) {
  const { text, findings, formatOk, usedShare } = side
  const broken = findings.length
  return (
    <RecipeCard
      label={name}
      text={text}
      note={usedShare ? `uses ${usedShare.used} of ${usedShare.allowed} ingredients` : undefined}
      marks={readMarks(text, { findings, used: inventory })}
      aside={
        <span className="flex flex-wrap gap-1.5">
          <Tag tone={broken > 0 ? 'bad' : 'good'}>
            {broken > 0 ? `breaks ${broken} ${broken === 1 ? 'rule' : 'rules'}` : 'rules kept'}
          </Tag>
          {formatOk ? null : <Tag tone="warn">wrong format</Tag>}
        </span>
      }
    />
  )
}
