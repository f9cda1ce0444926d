'use client'

import { Card, CardBody, ErrorState, Progress, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { formatCount, formatDate, plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { isMoving, StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { CategoryTable } from './category-table'
import { SummaryCards } from './summary-cards'

type Evaluation = Outputs['evaluation']['get']

const Answers = dynamic(() => import('./answers').then((module) => module.Answers), {
  loading: () => <Skeleton className="h-64" />,
})

export function EvaluationPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const evaluation = useQuery(trpc.evaluation.get.queryOptions({ id }))
  const name = evaluation.data ? `Evaluation ${evaluation.data.number}` : 'Evaluation'
  return (
    <Page crumbs={[{ name: 'Evaluations', href: '/evaluations' }, { name }]}>
      <Loaded page query={evaluation} skeleton={<EvaluationSkeleton />}>
        {(data) => <EvaluationView evaluation={data} />}
      </Loaded>
    </Page>
  )
}

function EvaluationView({ evaluation }: { evaluation: Evaluation }) {
  const { summary, tuned, base, suite, samplesPerCase } = evaluation
  return (
    <>
      <header className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 flex-col gap-1">
          <h1 className="title flex flex-wrap items-center gap-x-3 text-2xl">
            {tuned.name} v{tuned.number} against {base.name} v{base.number}
            <StatusTag status={evaluation.status} />
          </h1>
          <p className="num text-ink-2">
            Suite “{suite.name}” · {plural(samplesPerCase, 'answer')} per case ·{' '}
            {formatDate(evaluation.createdAt)}
          </p>
        </div>
      </header>
      {evaluation.error ? <ErrorState title="The evaluation failed" message={evaluation.error} /> : null}
      {isMoving(evaluation.status) ? <Writing evaluation={evaluation} /> : null}
      {summary ? (
        <>
          <SummaryCards summary={summary} />
          <CategoryTable byCategory={summary.byCategory} />
          <Answers evaluationId={evaluation.id} categories={Object.keys(summary.byCategory)} />
        </>
      ) : null}
    </>
  )
}

function Writing({ evaluation }: { evaluation: Evaluation }) {
  const { answers, expected } = evaluation
  const share = expected > 0 && answers > 0 ? answers / expected : undefined
  return (
    <Card>
      <CardBody className="flex flex-col gap-2">
        <p className="num font-medium" aria-live="polite">
          {evaluation.status === 'scoring'
            ? 'The rules check the answers.'
            : evaluation.run?.status === 'queued'
              ? 'The run waits for an agent.'
              : `Both models write answers: ${formatCount(answers)} of ${formatCount(expected)} done.`}
        </p>
        <Progress value={evaluation.status === 'scoring' ? undefined : share} label="Answers" tone="accent" />
      </CardBody>
    </Card>
  )
}

function EvaluationSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <Skeleton className="h-12 w-96 max-w-full" />
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {[1, 2, 3, 4].map((key) => (
          <Skeleton key={key} className="h-36" />
        ))}
      </div>
    </div>
  )
}
