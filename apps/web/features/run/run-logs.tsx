'use client'

import { Card, cn, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import type { Run } from './run-status'

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const levels: Record<string, string> = { error: 'text-bad', warning: 'text-warn', warn: 'text-warn' }

/** The log lines of the trainer, oldest first. */
export function RunLogs({ run }: { run: Run }) {
  const trpc = useTRPC()
  const logs = useQuery(trpc.run.logs.queryOptions({ runId: run.id }))
  return (
    <Loaded query={logs} skeleton={<Skeleton className="h-64" />}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            No log lines yet. They appear here when the trainer starts.
          </p>
        ) : (
          <Card className="scroll-quiet max-h-[32rem] overflow-auto p-4">
            <ol className="flex flex-col gap-1 font-mono text-xs leading-relaxed">
              {items.map((line) => (
                <li key={`${line.attemptId}-${line.seq}`} className="grid grid-cols-[64px_1fr] gap-3">
                  <span className="text-ink-3">{clock.format(new Date(line.time))}</span>
                  <span className={cn('whitespace-pre-wrap [overflow-wrap:anywhere]', levels[line.level])}>
                    {line.text}
                  </span>
                </li>
              ))}
            </ol>
          </Card>
        )
      }
    </Loaded>
  )
}
