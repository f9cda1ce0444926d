'use client'

import { Card, Tag } from '@palate/ui'
import { formatAgo, plural } from '../../lib/format'
import { useNow } from '../../lib/use-now'
import { kindName } from '../run/run-status'
import { AgentActions } from './agent-actions'
import { AgentGauges } from './agent-gauges'
import { AgentPrice } from './price-field'
import { ProbeFigures } from './probe-figures'
import type { Agent, AgentRights, Sample } from './types'

const tones = { online: 'good', offline: 'plain', revoked: 'bad' } as const

/** One agent: status, hardware, current runs, capabilities and actions. */
export function AgentCard({ agent, sample, may }: { agent: Agent; sample: Sample | null; may: AgentRights }) {
  const { status } = agent
  return (
    <li>
      <Card className="flex h-full flex-col gap-4 px-5 py-4.5">
        <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-2">
          <div className="min-w-0">
            <h2 className="title text-xl">{agent.name}</h2>
            <p className="num text-sm text-ink-3">
              <Presence agent={agent} />
            </p>
          </div>
          <div className="flex flex-wrap items-center gap-1.5">
            {agent.update ? <Tag tone="bad">needs an update</Tag> : null}
            {agent.draining && status !== 'revoked' ? <Tag tone="warn">draining</Tag> : null}
            {agent.rotating && status !== 'revoked' ? <Tag tone="warn">rotating credential</Tag> : null}
            <Tag tone={tones[status]} live={status === 'online'}>
              {status}
            </Tag>
          </div>
        </div>
        <UpdateNote agent={agent} />
        {status === 'revoked' ? (
          <p className="text-sm text-ink-3">
            Its credential no longer works. To use the machine again, enroll it as a new agent.
          </p>
        ) : (
          <>
            <AgentGauges agent={agent} sample={sample} />
            <ProbeFigures probe={agent.probe} />
            <Capabilities agent={agent} />
            <div className="mt-auto flex flex-wrap items-center justify-between gap-3 border-t border-line pt-3 text-sm">
              <AgentPrice agent={agent} mayWrite={may.price} />
              <AgentActions agent={agent} may={may} />
            </div>
          </>
        )}
      </Card>
    </li>
  )
}

function Capabilities({ agent }: { agent: Agent }) {
  const { labels, kinds } = agent
  if (labels.length + kinds.length === 0 && !agent.serving) return null
  return (
    <ul aria-label="Capabilities" className="flex flex-wrap items-center gap-1.5">
      {labels.map((label) => (
        <li key={`label ${label}`}>
          <Tag tone="accent">{label}</Tag>
        </li>
      ))}
      {kinds.map((kind) => (
        <li key={kind}>
          <Tag>{kindName(kind)}</Tag>
        </li>
      ))}
      {agent.serving ? (
        <li>
          <Tag tone="good">serves models</Tag>
        </li>
      ) : null}
    </ul>
  )
}

/** "host-7 · version 0.1.0 · 2 of 4 GPUs in use", or when it was last seen. */
function Presence({ agent }: { agent: Agent }) {
  const now = useNow(5000)
  const { status, hardware, version, lastSeenAt, slots } = agent
  const gpus = hardware?.gpus.length ?? 0
  const work =
    status === 'online' ? describeWork(slots.flatMap((slot) => slot.gpus).length, gpus, slots.length) : null
  const seen =
    status === 'online' ? null : lastSeenAt ? `last seen ${formatAgo(lastSeenAt, now)}` : 'never seen'
  return [hardware?.hostname, version ? `version ${version}` : null, work, seen].filter(Boolean).join(' · ')
}

function describeWork(taken: number, gpus: number, runs: number): string {
  if (runs === 0) return 'idle'
  return gpus > 1 ? `${taken} of ${plural(gpus, 'GPU')} in use` : plural(runs, 'run')
}

function UpdateNote({ agent }: { agent: Agent }) {
  if (!agent.update) return null
  const { who, needed } = agent.update
  return (
    <p role="status" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-ink">
      {who === 'agent'
        ? `This hub does not support agent version ${agent.version ?? 'unknown'}. Update the agent to ${needed} or newer. It gets no runs until then.`
        : `The agent (version ${agent.version ?? 'unknown'}) is newer than this hub. Update Palate, or install agent ${needed} on that machine.`}
    </p>
  )
}
