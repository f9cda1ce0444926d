'use client'

import { Button, Card, EmptyState, Skeleton, Tag } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { YamlActions } from './yaml-actions'

type Persona = Outputs['persona']['list'][number]

export function PersonasPage() {
  const trpc = useTRPC()
  const may = useMay()
  const personas = useQuery(trpc.persona.list.queryOptions())
  const mayWrite = may('persona:write')
  return (
    <Page
      crumbs={[{ name: 'Personas' }]}
      title="Personas"
      lead="A persona describes who a recipe is for: diets, forbidden ingredients and preferences. An edit creates a new version; labels keep their version."
      actions={
        <>
          <YamlActions mayImport={mayWrite} />
          {mayWrite ? (
            <Button asChild data-key="create">
              <Link href="/personas/new">Create persona</Link>
            </Button>
          ) : null}
        </>
      }
    >
      <Loaded query={personas} skeleton={<PersonaSkeleton />}>
        {(list) =>
          list.length > 0 ? (
            <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
              {list.map((persona) => (
                <PersonaCard key={persona.id} persona={persona} />
              ))}
            </ul>
          ) : (
            <EmptyState title="No personas yet">
              Personas appear here. Create one, or import a YAML file.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}

function PersonaCard({ persona }: { persona: Persona }) {
  const { body, number, votes } = persona
  return (
    <li data-row>
      <Card className="relative flex h-full flex-col gap-3 px-5 py-4.5 transition-colors hover:border-line-strong">
        <div className="flex items-baseline justify-between gap-3">
          <h2 className="title text-xl">
            <Link href={`/personas/${persona.id}`} className="after:absolute after:inset-0 hover:text-accent">
              {body.name}
            </Link>
          </h2>
          <span className="num text-xs text-ink-3">
            v{number} · {plural(votes, 'vote')}
          </span>
        </div>
        <p className="text-ink-2">
          {[body.cuisines.join(', '), body.flavors.join(', ')].filter(Boolean).join(' · ')}
        </p>
        <div className="mt-auto flex flex-wrap gap-1.5">
          {body.diets.map((diet) => (
            <Tag key={diet} tone="good">
              {diet}
            </Tag>
          ))}
          {body.forbidden.slice(0, 5).map((word) => (
            <Tag key={word}>no {word}</Tag>
          ))}
          {body.forbidden.length > 5 ? <Tag>and {body.forbidden.length - 5} more</Tag> : null}
        </div>
      </Card>
    </li>
  )
}

function PersonaSkeleton() {
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {[1, 2, 3, 4, 5, 6].map((key) => (
        <Skeleton key={key} className="h-36" />
      ))}
    </div>
  )
}
