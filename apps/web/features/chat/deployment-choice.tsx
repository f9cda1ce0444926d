'use client'

import { Select } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../../lib/trpc'
import { nameModel } from '../model/model-groups'

/** For a member of the team: the deployed models of the workspace, to talk with another one. Nothing where there is one. */
export function DeploymentChoice({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const deployments = useQuery(trpc.deployment.list.queryOptions())
  const online = (deployments.data ?? []).filter(({ active }) => active)
  if (online.length < 2) return null
  return (
    <Select
      aria-label="Model"
      className="w-44"
      value={slug}
      onValueChange={(name) => router.replace(`/chat?name=${encodeURIComponent(name)}`)}
      options={online.map(({ slug, title, model }) => ({
        value: slug,
        label: title,
        hint: `${slug}, ${nameModel(model)}`,
      }))}
    />
  )
}
