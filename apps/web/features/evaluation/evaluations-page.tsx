'use client'

import { Button, Card, EmptyState, Interval, Skeleton, Table, Td, Th, Tr } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { formatDate, formatInterval, formatPercent } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { NewEvaluationDialog } from './new-evaluation-dialog'

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
      actions={may('evaluation:create') ? <NewEvaluationDialog /> : null}
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
            <Th>Tuned model</Th>
            <Th numeric>Win rate</Th>
            <Th className="w-1/5">95% interval</Th>
            <Th numeric>Violations</Th>
            <Th>Created</Th>
          </tr>
        </thead>
        <tbody>
          {evaluations.map((evaluation) => (
            <Tr key={evaluation.id} className="hover:bg-sunk/60">
              <Td className="font-semibold whitespace-nowrap">
                <Link href={`/evaluations/${evaluation.id}`} className="hover:text-accent">
                  Evaluation {evaluation.number}
                </Link>
              </Td>
              <Td>
                <StatusTag status={evaluation.status} />
              </Td>
              <Td className="whitespace-nowrap">
                {evaluation.tuned.name} v{evaluation.tuned.number}
              </Td>
              <Result summary={evaluation.summary} />
              <Td className="num whitespace-nowrap text-ink-2">{formatDate(evaluation.createdAt)}</Td>
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
        <Td className="text-ink-3">not scored yet</Td>
        <Td numeric>–</Td>
      </>
    )
  }
  const { winRate, base, tuned } = summary
  return (
    <>
      <Td numeric className="whitespace-nowrap">
        {formatPercent(winRate.value)}
      </Td>
      <Td className="min-w-36">
        <Interval
          {...winRate}
          reference={50}
          label={`Win rate ${formatPercent(winRate.value)}, 95%: ${formatInterval(winRate)}`}
        />
      </Td>
      <Td numeric className="whitespace-nowrap">
        {formatPercent(tuned.violations.value)}{' '}
        <span className="text-ink-3">from {formatPercent(base.violations.value)}</span>
      </Td>
    </>
  )
}
