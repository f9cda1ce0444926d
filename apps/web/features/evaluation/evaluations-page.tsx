'use client'

import {
  Button,
  Card,
  cn,
  EmptyState,
  Interval,
  Skeleton,
  Table,
  Td,
  TdNote,
  Th,
  Tr,
  wideOnly,
} from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { formatDate, formatInterval, formatPercent } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { NewEvaluation } from './new-evaluation'

type Evaluation = Outputs['evaluation']['list'][number]

export function EvaluationsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const evaluations = useQuery(trpc.evaluation.list.queryOptions())
  return (
    <Page
      crumbs={[{ name: 'Evaluations' }]}
      title="Evaluations"
      lead="An evaluation compares a tuned model with its base model on a frozen suite. The rules of the personas check every answer."
      actions={may('evaluation:create') ? <NewEvaluation /> : null}
    >
      <Loaded query={evaluations} skeleton={<Skeleton className="h-48" />}>
        {(list) =>
          list.length > 0 ? (
            <EvaluationTable evaluations={list} />
          ) : (
            <EmptyState
              title="No evaluations yet"
              action={
                <Button asChild>
                  <Link href="/runs">Open runs</Link>
                </Button>
              }
            >
              Evaluations appear here when you create them. You need a tuned model: train one on the votes
              first.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}

function EvaluationTable({ evaluations }: { evaluations: readonly Evaluation[] }) {
  return (
    <Card>
      <Table>
        <thead>
          <tr>
            <Th>Evaluation</Th>
            <Th>Status</Th>
            <Th className={wideOnly}>Tuned model</Th>
            <Th numeric>Win rate</Th>
            <Th className={cn('w-1/5', wideOnly)}>95% interval</Th>
            <Th numeric className={wideOnly}>
              Violations
            </Th>
            <Th className={wideOnly}>Created</Th>
          </tr>
        </thead>
        <tbody>
          {evaluations.map((evaluation) => (
            <Tr data-row key={evaluation.id} className="hover:bg-sunk/60">
              <Td className="font-semibold whitespace-nowrap">
                <Link href={`/evaluations/${evaluation.id}`} className="hover:text-accent">
                  Evaluation {evaluation.number}
                </Link>
                <TdNote>
                  {evaluation.tuned.name} v{evaluation.tuned.number} · {formatDate(evaluation.createdAt)}
                </TdNote>
              </Td>
              <Td>
                <StatusTag status={evaluation.status} />
              </Td>
              <Td className={cn('whitespace-nowrap', wideOnly)}>
                {evaluation.tuned.name} v{evaluation.tuned.number}
              </Td>
              <Result summary={evaluation.summary} />
              <Td className={cn('num whitespace-nowrap text-ink-2', wideOnly)}>
                {formatDate(evaluation.createdAt)}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function Result({ summary }: { summary: Evaluation['summary'] }) {
  if (!summary) {
    return (
      <>
        <Td numeric>–</Td>
        <Td className={cn('text-ink-3', wideOnly)}>not scored yet</Td>
        <Td numeric className={wideOnly}>
          –
        </Td>
      </>
    )
  }
  const { winRate, base, tuned } = summary
  return (
    <>
      <Td numeric className="whitespace-nowrap">
        {formatPercent(winRate.value)}
        <TdNote>95%: {formatInterval(winRate)}</TdNote>
      </Td>
      <Td className={cn('min-w-36', wideOnly)}>
        <Interval
          {...winRate}
          reference={50}
          label={`Win rate ${formatPercent(winRate.value)}, 95%: ${formatInterval(winRate)}`}
        />
      </Td>
      <Td numeric className={cn('whitespace-nowrap', wideOnly)}>
        {formatPercent(tuned.violations.value)}{' '}
        <span className="text-ink-3">from {formatPercent(base.violations.value)}</span>
      </Td>
    </>
  )
}
