'use client'

import { Card, CardBody, CardHead, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { plural } from '../../../lib/format'
import { Loaded } from '../../../lib/loaded'
import { type Outputs, useTRPC } from '../../../lib/trpc'
import type { Run } from '../run-status'
import { type Figure, FigureList } from './figure-list'

type Lineage = Outputs['run']['lineage']
type Source = Lineage['sources'][number]

/** What the run was made from, by name, each with a link to its page. */
export function RunLineage({ run }: { run: Run }) {
  const trpc = useTRPC()
  const lineage = useQuery(trpc.run.lineage.queryOptions({ id: run.id }))
  return (
    <Card>
      <CardHead title="Lineage" />
      <CardBody>
        <Loaded query={lineage} skeleton={<Skeleton className="h-16" />}>
          {(data) => {
            const figures = describeLineage(data)
            return figures.length > 0 ? (
              <FigureList figures={figures} />
            ) : (
              <p className="text-ink-2">Made from nothing but its settings and its seed.</p>
            )
          }}
        </Loaded>
      </CardBody>
    </Card>
  )
}

const kinds: readonly [kind: Source['kind'], label: string, href: (id: string) => string][] = [
  ['run', 'Cloned from', (id) => `/runs/${id}`],
  ['base', 'Base model', () => '/models'],
  ['adapter', 'Adapter', () => '/models'],
  ['dataset', 'Dataset', (id) => `/datasets/${id}`],
  ['batch', 'Variants', (id) => `/variants/${id}`],
  ['persona', 'Personas', (id) => `/personas/${id}`],
  ['evaluation', 'Evaluation', (id) => `/evaluations/${id}`],
]

function describeLineage({ sources, externalBase, counts }: Lineage): Figure[] {
  const linked = kinds.flatMap(([kind, label, href]) => {
    const own = sources.filter((source) => source.kind === kind)
    return own.length > 0 ? [{ label, value: <Links sources={own} href={href} /> }] : []
  })
  const { examples, pairs, ties, votes, up, down } = counts
  const figures: Figure[] = [
    { label: 'External base model', value: externalBase },
    { label: 'Examples', value: examples === undefined ? null : plural(examples, 'recipe') },
    {
      label: 'Pairs',
      value:
        pairs === undefined ? null : `${plural(pairs, 'pair')} with a winner, ${plural(ties ?? 0, 'tie')}`,
    },
    { label: 'Votes', value: votes === undefined ? null : plural(votes, 'vote') },
    { label: 'Thumbs', value: up === undefined ? null : `${up} up, ${down ?? 0} down` },
  ]
  return [...linked, ...figures.filter(({ value }) => value !== null)]
}

function Links({ sources, href }: { sources: readonly Source[]; href: (id: string) => string }) {
  return (
    <ul>
      {sources.map(({ id, name }) => (
        <li key={`${id} ${name}`}>
          <Link
            href={href(id)}
            className="inline-block leading-6 underline underline-offset-3 hover:text-ink"
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  )
}
