'use client'

import { Button, ConfirmButton } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { useTRPC } from '../../lib/trpc'
import type { Agent, AgentRights } from './types'

export function AgentActions({ agent, may }: { agent: Agent; may: AgentRights }) {
  return (
    <div className="flex flex-wrap gap-1">
      {may.run && agent.kinds.includes('probe') ? <Measure agent={agent} /> : null}
      {may.write ? <Rotate agent={agent} /> : null}
      {may.write ? <Revoke agent={agent} /> : null}
    </div>
  )
}

/** Orders a run that measures this machine; the way to it is the answer. */
function Measure({ agent }: { agent: Agent }) {
  const trpc = useTRPC()
  const router = useRouter()
  const probe = useMutation(
    trpc.agent.probe.mutationOptions({
      onSuccess: ({ runId, number }) =>
        toast.success(`Run ${number} measures ${agent.name}.`, {
          action: { label: 'Look', onClick: () => router.push(`/runs/${runId}`) },
        }),
    }),
  )
  return (
    <Button size="sm" look="quiet" busy={probe.isPending} onClick={() => probe.mutate({ id: agent.id })}>
      Measure this machine
    </Button>
  )
}

function Rotate({ agent }: { agent: Agent }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rotate = useMutation(
    trpc.agent.rotate.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.agent.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="New credential"
      busy={rotate.isPending}
      title={`Give ${agent.name} a new credential?`}
      description={`It changes by itself${agent.status === 'online' ? ' now' : ' when it is back'}, and goes on with what it runs. The old one ends with its first hello under the new.`}
      action="Change it"
      onConfirm={() => rotate.mutate({ id: agent.id })}
    />
  )
}

function Revoke({ agent }: { agent: Agent }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(
    trpc.agent.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.agent.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Revoke"
      busy={revoke.isPending}
      title={`Revoke ${agent.name}?`}
      description="Its credential stops working and its line is closed at once. What it is running is given to another agent."
      action="Revoke"
      onConfirm={() => revoke.mutate({ id: agent.id })}
    />
  )
}
