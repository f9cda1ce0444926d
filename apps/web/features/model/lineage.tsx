'use client'

import { Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { describeStop, kindName } from '../run/run-status'

type LineageData = Outputs['model']['get']['lineage']

/** The lineage of a model: datasets, batches, personas, votes, base model and run. */
export function Lineage({ modelId }: { modelId: string }) {
  const trpc = useTRPC()
  const model = useQuery(trpc.model.get.queryOptions({ id: modelId }))
  return (
    <Loaded query={model} skeleton={<Skeleton className="h-24" />}>
      {({ lineage }) => (
        <ol aria-label="Lineage" className="mb-2 flex flex-col rounded-md bg-paper px-4 py-3">
          {stepsOf(lineage).map(({ title, body }) => (
            <li
              key={title}
              className="relative grid gap-x-4 pb-2.5 pl-5 before:absolute before:top-2 before:left-0.5 before:size-1.75 before:rounded-full before:bg-accent after:absolute after:top-4 after:bottom-[-6px] after:left-[5px] after:w-[1.5px] after:bg-line-strong last:pb-0 last:after:hidden sm:grid-cols-[110px_1fr]"
            >
              <span className="text-sm font-medium">{title}</span>
              <span className="num text-sm text-ink-2">{body}</span>
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  )
}

function stepsOf(lineage: LineageData): { title: string; body: ReactNode }[] {
  const { datasets, batches, personas, pairs, votes, thumbs, base, run } = lineage
  const steps: { title: string; body: ReactNode; shown: boolean }[] = [
    {
      title: 'Datasets',
      shown: datasets.length > 0,
      body: datasets.map(({ name, number }) => `${name} v${number}`).join(', '),
    },
    {
      title: 'Variants',
      shown: batches.length > 0,
      body: batches.map(({ number, seed }) => `batch ${number} (seed ${seed})`).join(', '),
    },
    {
      title: 'Personas',
      shown: personas.length > 0,
      body: personas.map(({ name, number }) => `${name} v${number}`).join(', '),
    },
    {
      title: 'Votes',
      shown: votes !== null,
      body: votes
        ? `${plural(votes.count, 'vote')}: ${votes.person} by people, ${votes.rule} by rules${pairs ? ` · ${plural(pairs.decided, 'pair')} with a winner` : ''} · ${votes.sha256.slice(0, 12)}`
        : '',
    },
    {
      title: 'Thumbs',
      shown: thumbs !== null,
      body: thumbs ? `${thumbs.up} up, ${thumbs.down} down · ${thumbs.sha256.slice(0, 12)}` : '',
    },
    { title: 'Base model', shown: base !== null, body: base ? `${base.name} v${base.number}` : '' },
    {
      title: 'Run',
      shown: true,
      body: (
        <>
          <Link href={`/runs/${run.id}`} className="underline underline-offset-3 hover:text-ink">
            {run.name}
          </Link>
          , {kindName(run.kind)}, seed {run.seed}
          {run.stopped ? `, ${describeStop(run.stopped)}` : ''}
        </>
      ),
    },
  ]
  return steps.filter(({ shown }) => shown)
}
