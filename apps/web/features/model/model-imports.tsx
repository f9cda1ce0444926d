'use client'

import { Card, CardHead, Progress, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../../lib/trpc'
import { ProgressLine } from './progress-line'

/** Imports that are queued, running or failed last; nothing without any. */
export function ModelImports() {
  const trpc = useTRPC()
  const runs = useQuery(trpc.run.list.queryOptions({ kind: 'import', limit: 20 }))
  const open = (runs.data ?? [])
    .filter(({ status }) => status !== 'finished' && status !== 'canceled')
    .slice(0, 5)
  if (open.length === 0) return null
  return (
    <Card>
      <CardHead title="Imports" />
      <ul className="px-4.5 py-2">
        {open.map((run) => (
          <li key={run.id} className="flex flex-col gap-1.5 border-b border-line py-2.5 last:border-0">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Link href={`/runs/${run.id}`} className="font-semibold underline-offset-3 hover:underline">
                {run.name}
              </Link>
              <Tag tone={run.status === 'failed' ? 'bad' : 'plain'}>
                {run.status === 'failed' ? 'failed' : run.status === 'queued' ? 'queued' : 'importing'}
              </Tag>
              <span className="text-sm text-ink-2">
                {run.failure?.message ?? run.waitingBecause ?? <ProgressLine run={run} />}
              </span>
            </div>
            {run.status === 'running' ? (
              <Progress label={`Import of ${run.name}`} value={shareOf(run.progress)} />
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function shareOf(progress: { step: number; totalSteps: number } | null): number | undefined {
  return progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : undefined
}
