'use client'

import {
  Button,
  Card,
  cn,
  EmptyState,
  Progress,
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
import { formatCount, formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { describeChosen } from '../model/model-groups'
import { StatusTag } from '../run/run-status'
import { Page } from '../shell/page'
import { NewBatch } from './new-batch'

type Batch = Outputs['variant']['batches'][number]

export function VariantsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const batches = useQuery(trpc.variant.batches.queryOptions())
  const models = useQuery(trpc.model.list.queryOptions())
  const action = may('variant:create') ? <NewBatch /> : null
  return (
    <Page
      crumbs={[{ name: 'Variants' }]}
      title="Variants"
      lead="A batch has several answers to each prompt: the last one under a weak prompt, the others under the full prompt of the persona. Where something forbidden is at hand, some are screened: written as if it were not. The two that differ most by the rules make a pair to label."
      actions={action}
    >
      <Loaded query={batches} skeleton={<Skeleton className="h-48" />}>
        {(list) =>
          list.length > 0 ? (
            <BatchTable batches={list} />
          ) : (
            <EmptyState
              title="No batches yet"
              action={
                models.data?.some(({ notServable }) => notServable === null) ? null : (
                  <Button asChild>
                    <Link href="/models">Open models</Link>
                  </Button>
                )
              }
            >
              Batches appear here when you create them. A model writes the answers: add one on Models, or
              train the starter model.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}

function BatchTable({ batches }: { batches: readonly Batch[] }) {
  return (
    <Card>
      <Table>
        <thead>
          <tr>
            <Th>Batch</Th>
            <Th>Status</Th>
            <Th className={cn('w-1/4', wideOnly)}>Answers</Th>
            <Th numeric>Pairs</Th>
            <Th className={wideOnly}>Models</Th>
            <Th className={wideOnly}>Created</Th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <Tr data-row key={batch.id} className="hover:bg-sunk/60">
              <Td className="font-semibold sm:whitespace-nowrap">
                <Link href={`/variants/${batch.id}`} className="hover:text-accent">
                  Batch {batch.number}
                </Link>
                <TdNote>
                  {formatCount(batch.answers)} of {formatCount(batch.expected)} answers by{' '}
                  {describeChosen(batch.models)}
                </TdNote>
              </Td>
              <Td>
                <StatusTag status={batch.status} />
              </Td>
              <Td className={cn('min-w-40', wideOnly)}>
                <AnswerProgress batch={batch} />
              </Td>
              <Td numeric>{formatCount(batch.pairs)}</Td>
              <Td className={cn('whitespace-nowrap', wideOnly)}>{describeChosen(batch.models)}</Td>
              <Td className={cn('num whitespace-nowrap text-ink-2', wideOnly)}>
                {formatDate(batch.createdAt)}
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

export function AnswerProgress({ batch }: { batch: Pick<Batch, 'answers' | 'expected' | 'status'> }) {
  const { answers, expected, status } = batch
  return (
    <div className="flex items-center gap-2.5">
      <Progress
        value={expected > 0 ? answers / expected : undefined}
        label="Answers written"
        tone={status === 'ready' ? 'good' : 'accent'}
        className="flex-1"
      />
      <span className="num text-xs whitespace-nowrap text-ink-3">
        {formatCount(answers)} of {formatCount(expected)}
      </span>
    </div>
  )
}
