'use client'

import { Button, ConfirmButton } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { toast } from '../../lib/toast'
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

/** Creates a run that measures this machine; the toast links to it. */
function Measure({ agent }: { agent: Agent }) {
  const trpc = useTRPC()
  const router = useRouter()
  const probe = useMutation(
    trpc.agent.probe.mutationOptions({
      onSuccess: ({ runId, number }) =>
        toast.success(`Run ${number} measures ${agent.name}.`, {
          action: { label: 'Open run', onClick: () => router.push(`/runs/${runId}`) },
        }),
    }),
  )
  return (
    <Button size="sm" look="quiet" busy={probe.isPending} onClick={() => probe.mutate({ id: agent.id })}>
      Measure machine
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
      label="Rotate credential"
      busy={rotate.isPending}
      title={`Rotate the credential of ${agent.name}?`}
      description={`The agent gets a new credential ${agent.status === 'online' ? 'now' : 'when it connects again'}. Its runs continue. The old credential stops working when the agent connects with the new one.`}
      action="Rotate"
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
      description="Its credential stops working and it is disconnected at once. Its runs return to the queue."
      action="Revoke"
      onConfirm={() => revoke.mutate({ id: agent.id })}
    />
  )
}
