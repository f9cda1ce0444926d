'use client'

import { Card, CardBody, CardHead, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFlops,
  formatMoney,
  formatPercent,
} from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { isMoving, type Run } from './run-status'

type AttemptSummary = Outputs['run']['summary']['attempts'][number]

/** The run summary of each attempt beside its estimate; empty until an attempt has ended. */
export function RunSummary({ run }: { run: Run }) {
  const trpc = useTRPC()
  const summary = useQuery(trpc.run.summary.queryOptions({ id: run.id }))
  return (
    <Loaded query={summary} skeleton={<Skeleton className="h-40" />}>
      {({ attempts, cost }) =>
        attempts.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            {isMoving(run.status)
              ? 'The run summary appears here when the training ends.'
              : 'No attempt of this run has a run summary: none ended normally.'}
          </p>
        ) : (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            {attempts.map((attempt) => (
              <OneSummary key={attempt.number} attempt={attempt} several={attempts.length > 1} />
            ))}
            <Card>
              <CardHead title="Cost" />
              <CardBody>
                <p className="title num text-2xl">{cost ? formatMoney(cost) : 'unknown'}</p>
                <p className="mt-1 text-sm text-ink-2">
                  {cost
                    ? 'All attempts, each at the price of its agent at its start.'
                    : 'Set a price per hour on the Agents page. The next run then shows its cost.'}
                </p>
              </CardBody>
            </Card>
          </div>
        )
      }
    </Loaded>
  )
}

function OneSummary({ attempt, several }: { attempt: AttemptSummary; several: boolean }) {
  const { summary, estimate, agentName, number } = attempt
  const expectedTime = estimate?.seconds ? `estimated ${formatDuration(estimate.seconds * 1000)}` : null
  const expectedMemory = estimate ? `estimated ${formatBytes(estimate.memoryBytes)}` : null
  return (
    <Card>
      <CardHead
        title={several ? `Run summary, attempt ${number}` : 'Run summary'}
        aside={`on ${agentName}`}
      />
      <CardBody>
        <dl className="flex flex-col">
          <Line name="Time" beside={expectedTime}>
            {formatDuration(summary.seconds * 1000)}
            {summary.trainSeconds === undefined
              ? ''
              : `, ${formatDuration(summary.trainSeconds * 1000)} in training`}
          </Line>
          <Line name="Peak memory" beside={expectedMemory}>
            {summary.peakMemoryBytes === undefined ? null : formatBytes(summary.peakMemoryBytes)}
          </Line>
          <Line
            name="Useful tokens"
            beside={
              summary.usefulTokens === undefined
                ? null
                : `${formatCount(Math.round(summary.usefulTokens))} in total`
            }
          >
            {summary.usefulTokensPerSecond === undefined
              ? null
              : `${formatCount(Math.round(summary.usefulTokensPerSecond))} per second`}
          </Line>
          <Line name="Padding avoided" beside={null}>
            {describePadding(summary)}
          </Line>
          <Line name="Reference cache" beside={null}>
            {describeReference(summary)}
          </Line>
          <Line name="Precision" beside={summary.checkpointing ? 'gradient checkpointing' : null}>
            {summary.precision ?? null}
          </Line>
          <Line name="Attention" beside={summary.prefixSharing ? 'prompts shared' : null}>
            {summary.attention ?? null}
          </Line>
          <Line
            name="Model FLOPs"
            beside={
              attempt.utilization === null
                ? 'the peak speed of the device is unknown'
                : `${formatPercent(100 * attempt.utilization)} of the peak speed`
            }
          >
            {attempt.flopsPerSecond === null ? null : formatFlops(attempt.flopsPerSecond)}
          </Line>
          <Line name="Energy" beside={null}>
            {summary.energyJoules === undefined ? null : `${(summary.energyJoules / 3600).toFixed(1)} Wh`}
          </Line>
        </dl>
      </CardBody>
    </Card>
  )
}

/** A value that was not measured has no line. */
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

function describePadding({ paddingAvoided, usefulTokens }: AttemptSummary['summary']): string | null {
  if (paddingAvoided === undefined || !usefulTokens) return null
  const share = formatPercent((100 * paddingAvoided) / (paddingAvoided + usefulTokens))
  return `${formatCount(Math.round(paddingAvoided))} tokens, ${share} of a padded batch`
}

function describeReference({
  referenceHits: hits,
  referenceMisses: misses,
}: AttemptSummary['summary']): string | null {
  if (hits === undefined || misses === undefined || hits + misses === 0) return null
  return `${formatCount(hits)} of ${formatCount(hits + misses)} cached`
}
