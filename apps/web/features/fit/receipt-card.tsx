'use client'

import { Card, CardBody, CardHead, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { formatBytes, formatCount, formatDuration, formatPercent } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { isMoving } from '../run/run-status'
import type { Run } from '../run/types'
import { formatMoney } from './words'

type AttemptReceipt = Outputs['run']['receipt']['attempts'][number]

/** What the run did with the machine's time, beside what had been expected. Nothing until an attempt has ended. */
export function ReceiptCard({ run }: { run: Run }) {
  const trpc = useTRPC()
  const receipt = useQuery(
    trpc.run.receipt.queryOptions({ id: run.id }, { refetchInterval: isMoving(run.status) ? 15_000 : false }),
  )
  return (
    <Loaded query={receipt} skeleton={<Skeleton className="h-40" />}>
      {({ attempts, cost }) =>
        attempts.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            {isMoving(run.status)
              ? 'The receipt is written when the training ends.'
              : 'No attempt of this run left a receipt.'}
          </p>
        ) : (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            {attempts.map((attempt) => (
              <OneReceipt key={attempt.number} attempt={attempt} several={attempts.length > 1} />
            ))}
            <Card>
              <CardHead title="Cost" />
              <CardBody>
                <p className="title num text-2xl">{cost ? formatMoney(cost) : 'not known'}</p>
                <p className="mt-1 text-sm text-ink-2">
                  {cost
                    ? 'All attempts at the price that their agent had when they began.'
                    : 'Set what an hour of the agent costs on the Agents page; the next run will show its cost.'}
                </p>
              </CardBody>
            </Card>
          </div>
        )
      }
    </Loaded>
  )
}

function OneReceipt({ attempt, several }: { attempt: AttemptReceipt; several: boolean }) {
  const { receipt, estimate, agentName, number } = attempt
  const expectedTime = estimate?.seconds ? `expected ${formatDuration(estimate.seconds * 1000)}` : null
  const expectedMemory = estimate ? `expected ${formatBytes(estimate.memoryBytes)}` : null
  return (
    <Card>
      <CardHead title={several ? `Receipt of attempt ${number}` : 'Receipt'} aside={`on ${agentName}`} />
      <CardBody>
        <dl className="flex flex-col">
          <Line name="Time" beside={expectedTime}>
            {formatDuration(receipt.seconds * 1000)}
            {receipt.trainSeconds === undefined
              ? ''
              : `, ${formatDuration(receipt.trainSeconds * 1000)} of it training`}
          </Line>
          <Line name="Peak memory" beside={expectedMemory}>
            {receipt.peakMemoryBytes === undefined ? null : formatBytes(receipt.peakMemoryBytes)}
          </Line>
          <Line
            name="Useful tokens"
            beside={
              receipt.usefulTokens === undefined
                ? null
                : `${formatCount(Math.round(receipt.usefulTokens))} in all`
            }
          >
            {receipt.usefulTokensPerSecond === undefined
              ? null
              : `${formatCount(Math.round(receipt.usefulTokensPerSecond))} a second`}
          </Line>
          <Line name="Padding avoided" beside={null}>
            {paddingWords(receipt)}
          </Line>
          <Line name="Reference cache" beside={null}>
            {referenceWords(receipt)}
          </Line>
          <Line name="Precision" beside={receipt.checkpointing ? 'gradient checkpointing' : null}>
            {receipt.precision ?? null}
          </Line>
          <Line name="Attention" beside={receipt.prefixSharing ? 'prompts shared' : null}>
            {receipt.attention ?? null}
          </Line>
          <Line
            name="Model FLOPs"
            beside={
              attempt.utilisation === null
                ? 'the peak of the device is not known'
                : `${formatPercent(100 * attempt.utilisation)} of the peak`
            }
          >
            {attempt.flopsPerSecond === null ? null : formatFlops(attempt.flopsPerSecond)}
          </Line>
          <Line name="Energy" beside={null}>
            {receipt.energyJoules === undefined ? null : `${(receipt.energyJoules / 3600).toFixed(1)} Wh`}
          </Line>
        </dl>
      </CardBody>
    </Card>
  )
}

/** A figure that was not measured has no line. */
function Line({ name, beside, children }: { name: string; beside: string | null; children: ReactNode }) {
  if (children === null) return null
  return (
    <div className="flex items-baseline justify-between gap-4 border-b border-dotted border-line-strong py-1.5 last:border-0">
      <dt className="text-ink-2">{name}</dt>
      <dd className="num flex flex-col text-right">
        <span>{children}</span>
        {beside ? <span className="text-xs text-ink-3">{beside}</span> : null}
      </dd>
    </div>
  )
}

function paddingWords({ paddingAvoided, usefulTokens }: AttemptReceipt['receipt']): string | null {
  if (paddingAvoided === undefined || !usefulTokens) return null
  const share = formatPercent((100 * paddingAvoided) / (paddingAvoided + usefulTokens))
  return `${formatCount(Math.round(paddingAvoided))} tokens, ${share} of a padded batch`
}

function referenceWords({
  referenceHits: hits,
  referenceMisses: misses,
}: AttemptReceipt['receipt']): string | null {
  if (hits === undefined || misses === undefined || hits + misses === 0) return null
  return `${formatCount(hits)} of ${formatCount(hits + misses)} found`
}

function formatFlops(flops: number): string {
  if (flops >= 1e12) return `${(flops / 1e12).toFixed(1)} TFLOP/s`
  return `${(flops / 1e9).toFixed(1)} GFLOP/s`
}
