import type { RunKind } from '@palate/protocol'

export interface AgentState {
  name: string
  online: boolean
  kinds: string[]
  /** Number of the run it works on. */
  busyWith: number | null
}

/** Why a queued run does not start yet, in words. @param ahead queued runs that go first */
export function explainWaiting(kind: RunKind, agents: readonly AgentState[], ahead: number): string {
  if (agents.length === 0) return 'No agent is enrolled yet. Enrol one on the Agents page.'
  const online = agents.filter((agent) => agent.online)
  if (online.length === 0)
    return agents.length === 1
      ? `The agent ${agents[0]?.name} is offline. Start it on its machine.`
      : `All ${agents.length} agents are offline. Start one of them.`
  const able = online.filter((agent) => agent.kinds.includes(kind))
  if (able.length === 0) return `No agent that is online can do ${kind} runs.`
  if (ahead > 0)
    return ahead === 1 ? 'One run is ahead in the queue.' : `${ahead} runs are ahead in the queue.`
  const [first] = able
  if (first && able.every(({ busyWith }) => busyWith !== null))
    return able.length === 1
      ? `The agent ${first.name} is busy with run ${first.busyWith}.`
      : `All ${able.length} agents that can do it are busy.`
  return 'An agent is about to take it.'
}
