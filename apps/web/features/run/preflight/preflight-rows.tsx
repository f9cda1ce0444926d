'use client'

import { Button, Card, CardBody, CardHead, Skeleton, Tag } from '@palate/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatCount, plural } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { useTRPC } from '../../../lib/trpc'
import { faultName } from './faults'
import { toSpans } from './spans'
import { TokenView } from './token-view'

/** The sampled rows, one at a time, with every token. */
export function PreflightRows({
  runId,
  rows,
}: {
  runId: string
  rows: readonly { row: number; faults: readonly string[] }[]
}) {
  const trpc = useTRPC()
  const [index, setIndex] = useState(0)
  const current = rows[Math.min(index, rows.length - 1)]
  const tokens = useQuery(
    trpc.run.preflightRow.queryOptions(
      { runId, row: current?.row ?? 1 },
      {
        enabled: current !== undefined,
        placeholderData: keepPreviousData,
        staleTime: Number.POSITIVE_INFINITY,
      },
    ),
  )
  if (!current) return null
  return (
    <Card>
      <CardHead
        title={
          <>
            Row {formatCount(current.row)} of the data
            {current.faults.map((fault) => (
              <Tag key={fault} tone="bad">
                {faultName(fault)}
              </Tag>
            ))}
          </>
        }
        aside={
          <span className="flex items-center gap-2">
            <Button size="sm" disabled={index === 0} onClick={() => setIndex(index - 1)}>
              Previous
            </Button>
            <span role="status">
              {index + 1} of {rows.length} sampled
            </span>
            <Button size="sm" disabled={index >= rows.length - 1} onClick={() => setIndex(index + 1)}>
              Next
            </Button>
          </span>
        }
      />
      <CardBody>
        <Loaded query={tokens} skeleton={<Skeleton className="h-56" />}>
          {({ sequences }) => (
            <div className={sequences.length > 1 ? 'grid gap-4 lg:grid-cols-2' : 'grid gap-4'}>
              {sequences.map((sequence) => (
                <div key={sequence.part} className="flex min-w-0 flex-col gap-2">
                  <h3 className="flex flex-wrap items-baseline justify-between gap-2 text-sm">
                    <b className="font-medium">{sequence.part}</b>
                    <span className="num text-xs text-ink-3">{countMarks(sequence.marks)}</span>
                  </h3>
                  <TokenView spans={toSpans(sequence)} label={`Tokens of the ${sequence.part} answer`} />
                </div>
              ))}
            </div>
          )}
        </Loaded>
      </CardBody>
    </Card>
  )
}

function countMarks(marks: string): string {
  const count = (mark: string) => marks.split(mark).length - 1
  const cut = count('c')
  return `${plural(count('t'), 'token')} trained, ${formatCount(count('m'))} masked${cut > 0 ? `, ${formatCount(cut)} cut` : ''}`
}
