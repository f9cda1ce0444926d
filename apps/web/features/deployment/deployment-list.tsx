'use client'

import { Button, Card, Tag } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowUpRight, ThumbsDown, ThumbsUp } from 'lucide-react'
import Link from 'next/link'
import { formatCount, plural } from '../../lib/format'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { Deploy } from './deploy'

type Deployment = Outputs['deployment']['list'][number]

/** The deployments: public name, model, number of answers, and thumbs. */
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
          {active ? 'online' : 'offline'}
        </Tag>
      </div>
      <p className="num flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-2">
        <span className="font-mono text-xs">{slug}</span>
        <span>
          {model.name} v{model.number}
        </span>
        <span>{plural(turns, 'answer')}</span>
        <span className="inline-flex items-center gap-1">
          <ThumbsUp className="size-3.5" aria-label="thumbs up" /> {formatCount(up)}
          <ThumbsDown className="ml-3 size-3.5" aria-label="thumbs down" /> {formatCount(down)}
        </span>
      </p>
      <div className="flex flex-wrap gap-2">
        {active ? (
          <Button asChild>
            <Link href={`/chat?name=${encodeURIComponent(slug)}`}>
              Open chat <ArrowUpRight aria-hidden />
            </Link>
          </Button>
        ) : null}
        {mayDeploy ? (
          <>
            <Deploy deployment={deployment} />
            <Button
              look="quiet"
              busy={save.isPending}
              onClick={() => save.mutate({ id, slug, title, modelVersionId: model.id, active: !active })}
            >
              {active ? 'Take offline' : 'Put online'}
            </Button>
          </>
        ) : null}
      </div>
    </Card>
  )
}
