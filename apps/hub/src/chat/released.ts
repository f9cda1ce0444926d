import { type Deps, listReleased } from '@palate/core'
import type { LiveNotice, ServeReleased } from '@palate/protocol'
import type { Relay } from './relay'
import { toServeModel } from './serve-model'

/** Several changes at once are sent once. */
const gatherMs = 300
const topics: readonly LiveNotice['topic'][] = ['deployment', 'persona']

export interface ReleasedTeller {
  /** An agent connected here. */
  joined(workspaceId: string): void
  noticed(notice: LiveNotice): void
  stop(): void
}

/**
 * Sends the agents that serve which models are released and with which system prompts they will be asked, so that they
 * have them ready before the first visitor comes: when an agent connects, and when a deployment or a persona changes.
 */
export function openReleasedTeller(deps: Deps, relay: Relay): ReleasedTeller {
  const waiting = new Map<string, NodeJS.Timeout>()
  const tellSoon = (workspaceId: string) => {
    if (waiting.has(workspaceId)) return
    const timer = setTimeout(() => {
      waiting.delete(workspaceId)
      tell(deps, relay, workspaceId).catch((error: unknown) =>
        deps.log.warn(
          { workspaceId, error: String(error) },
          'the released models were not sent to the agents',
        ),
      )
    }, gatherMs)
    waiting.set(workspaceId, timer)
  }
  return {
    joined: tellSoon,
    noticed: ({ topic, workspaceId }) => {
      if (topics.includes(topic)) tellSoon(workspaceId)
    },
    stop: () => {
      for (const timer of waiting.values()) clearTimeout(timer)
    },
  }
}

async function tell(deps: Deps, relay: Relay, workspaceId: string): Promise<void> {
  const agents = relay
    .connected()
    .filter(({ agent, serving }) => serving && agent.workspaceId === workspaceId)
  if (agents.length === 0) return
  const { servings, systems } = await listReleased(deps, workspaceId)
  for (const { socket, agent } of agents) {
    const models = await Promise.all(servings.map((serving) => toServeModel(deps, agent.agentId, serving)))
    socket.emit('serve-released', { models, systems } satisfies ServeReleased)
  }
}
