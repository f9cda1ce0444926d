'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { formatCount } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { RecipeCard } from '../recipe/recipe-card'
import type { Run } from './run-status'

/** Samples that the model wrote during training, newest first. */
export function RunSamples({ run }: { run: Run }) {
  const trpc = useTRPC()
  const samples = useQuery(trpc.run.samples.queryOptions({ runId: run.id }))
  return (
    <Loaded query={samples} skeleton={<Skeleton className="h-80" />}>
      {(list) =>
        list.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            No samples yet. The trainer writes one every few steps.
          </p>
        ) : (
          <ol className="grid items-start gap-4 lg:grid-cols-2">
            {[...list]
              .sort((a, b) => b.step - a.step)
              .map((sample) => (
                <li key={`${sample.attemptId}-${sample.seq}`} className="flex min-w-0 flex-col gap-2">
                  <p className="text-sm text-ink-2">
                    <span className="num font-medium text-ink">step {formatCount(sample.step)}</span> · “
                    {sample.prompt}”
                  </p>
                  <RecipeCard text={sample.text} />
                </li>
              ))}
          </ol>
        )
      }
    </Loaded>
  )
}
