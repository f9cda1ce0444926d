'use client'

import { Button, EmptyState, Skeleton } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { plural } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { AgentCard } from './agent-card'
import { Enroll } from './enroll/enroll'
import type { Agent, AgentRights } from './types'

export function AgentsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const agents = useQuery(trpc.agent.list.queryOptions())
  const rights = { write: may('agent:write'), price: may('agent:price'), run: may('run:create') }
  return (
    <Page
      crumbs={[{ name: 'Agents' }]}
      title="Agents"
      lead="Machines that train and serve models. An agent connects to Palate; it needs no open port."
      actions={
        <>
          <Button asChild look="quiet">
            <Link href="/runs/queue">Open queue</Link>
          </Button>
          {rights.write ? <Enroll /> : null}
        </>
      }
    >
      <Loaded query={agents} skeleton={<Skeleton className="h-64" />}>
        {(list) =>
          list.length > 0 ? (
            <AgentList agents={list} may={rights} />
          ) : (
            <EmptyState title="No agents yet" action={rights.write ? <Enroll /> : null}>
              Agents appear here when they are enrolled. Runs wait until then. npm start enrolls an agent on
              this machine.
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}

/** Enrolled agents; revoked ones on request. */
function AgentList({ agents, may }: { agents: readonly Agent[]; may: AgentRights }) {
  const trpc = useTRPC()
  const [all, setAll] = useState(false)
  const gauges = useQuery(trpc.agent.gauges.queryOptions())
  const samples = new Map(gauges.data?.map(({ id, sample }) => [id, sample]))
  const revoked = agents.filter(({ status }) => status === 'revoked')
  const enrolled = agents.filter(({ status }) => status !== 'revoked')
  return (
    <>
      {enrolled.length > 0 ? (
        <ul className="grid items-start gap-4 xl:grid-cols-2">
          {enrolled.map((agent) => (
            <AgentCard key={agent.id} agent={agent} sample={samples.get(agent.id) ?? null} may={may} />
          ))}
        </ul>
      ) : (
        <EmptyState title="All agents are revoked">Runs wait until a new agent is enrolled.</EmptyState>
      )}
      {revoked.length > 0 ? (
        <Button
          look="quiet"
          size="sm"
          className="self-start"
          onClick={() => setAll(!all)}
          aria-expanded={all}
        >
          {all ? 'Hide' : 'Show'} {plural(revoked.length, 'revoked agent')}
        </Button>
      ) : null}
      {all ? (
        <ul className="grid items-start gap-4 xl:grid-cols-2">
          {revoked.map((agent) => (
            <AgentCard key={agent.id} agent={agent} sample={null} may={may} />
          ))}
        </ul>
      ) : null}
    </>
  )
}
