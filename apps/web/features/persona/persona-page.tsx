'use client'

import { Button, Confirm, Skeleton, Tag } from '@palate/ui'
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { toast } from '../../lib/toast'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { emptyBody } from './empty-body'

const PersonaForm = dynamic(() => import('./persona-form').then((module) => module.PersonaForm), {
  loading: () => <Skeleton className="h-96" />,
})

/** One persona; the id "new" creates one. */
export function PersonaPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const may = useMay()
  const queryClient = useQueryClient()
  const isNew = id === 'new'
  const persona = useQuery(trpc.persona.get.queryOptions(isNew ? skipToken : { id }))
  const refresh = () => queryClient.invalidateQueries(trpc.persona.pathFilter())
  const save = useMutation(
    trpc.persona.save.mutationOptions({
      onSuccess: (saved) => {
        void refresh()
        toast.success(
          saved.number === 1 ? `${saved.body.name} was created.` : `Saved as version ${saved.number}.`,
          { id: `saved-${saved.id}` }, // a double click says it once
        )
        router.push('/personas')
      },
    }),
  )
  const archive = useMutation(
    trpc.persona.archive.mutationOptions({
      onSuccess: () => {
        void refresh()
        router.push('/personas')
      },
    }),
  )
  const mayWrite = may('persona:write')
  const crumbs = [
    { name: 'Personas', href: '/personas' },
    { name: isNew ? 'New' : (persona.data?.body.name ?? '…') },
  ]
  if (isNew) {
    return (
      <Page crumbs={crumbs} title="New persona" wide={false}>
        <PersonaForm
          slug=""
          body={emptyBody}
          busy={save.isPending}
          mayWrite={mayWrite}
          onSubmit={(slug, body) => save.mutate({ slug, body })}
        />
      </Page>
    )
  }
  return (
    <Page crumbs={crumbs} wide={false}>
      <Loaded page query={persona} skeleton={<Skeleton className="h-96" />}>
        {(data) => (
          <>
            <header className="flex flex-wrap items-center justify-between gap-3">
              <div className="flex flex-wrap items-center gap-3">
                <h1 className="title text-2xl">{data.body.name}</h1>
                <Tag>version {data.number}</Tag>
                <span className="num text-sm text-ink-3">{plural(data.votes, 'vote')}</span>
              </div>
              {mayWrite ? (
                <Confirm
                  trigger={<Button look="quiet">Archive persona</Button>}
                  title={`Archive ${data.body.name}?`}
                  description="It leaves the lists and gets no new prompts. Its versions and labels stay."
                  action="Archive persona"
                  onConfirm={() => archive.mutate({ id })}
                />
              ) : null}
            </header>
            <PersonaForm
              key={id}
              number={data.number}
              slug={data.slug}
              body={data.body}
              busy={save.isPending}
              mayWrite={mayWrite}
              onSubmit={(slug, body) => save.mutate({ id, slug, body })}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}
