'use client'

import { Button, Card, Tag } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowUpRight, ThumbsDown, ThumbsUp } from 'lucide-react'
import Link from 'next/link'
import { formatCount, plural } from '../../lib/format'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { DeployDialog } from './deploy-dialog'

type Deployment = Outputs['deployment']['list'][number]

/** What answers in public, under which name, and what visitors thought of it. */
export function DeploymentList({
  deployments,
  mayDeploy,
}: {
  deployments: readonly Deployment[]
  mayDeploy: boolean
}) {
  return (
    <section aria-label="Deployments" className="grid gap-4 md:grid-cols-2">
      {deployments.map((deployment) => (
        <DeploymentCard key={deployment.id} deployment={deployment} mayDeploy={mayDeploy} />
      ))}
    </section>
  )
}

function DeploymentCard({ deployment, mayDeploy }: { deployment: Deployment; mayDeploy: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id, slug, title, model, active, turns, up, down } = deployment
  const save = useMutation(
    trpc.deployment.save.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.deployment.pathFilter()),
    }),
  )
  return (
    <Card className="flex flex-col gap-3 px-5 py-4.5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="title text-xl">{title}</h2>
        <Tag tone={active ? 'good' : 'plain'} live={active}>
          {active ? 'answers in public' : 'off'}
        </Tag>
      </div>
      <p className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-2">
        <span className="font-mono text-xs">{slug}</span>
        <span>
          {model.name} v{model.number}
        </span>
        <span>{plural(turns, 'answer')}</span>
        <span className="inline-flex items-center gap-1">
          <ThumbsUp className="size-3.5" aria-label="liked" /> {formatCount(up)}
          <ThumbsDown className="ml-3 size-3.5" aria-label="disliked" /> {formatCount(down)}
        </span>
      </p>
      <div className="flex flex-wrap gap-2">
        {active ? (
          <Button asChild>
            <Link href={`/chat?name=${encodeURIComponent(slug)}`}>
              Open the chat <ArrowUpRight aria-hidden />
            </Link>
          </Button>
        ) : null}
        {mayDeploy ? (
          <>
            <DeployDialog deployment={deployment} />
            <Button
              look="quiet"
              busy={save.isPending}
              onClick={() => save.mutate({ id, slug, title, modelVersionId: model.id, active: !active })}
            >
              {active ? 'Take it off' : 'Put it back'}
            </Button>
          </>
        ) : null}
      </div>
    </Card>
  )
}
