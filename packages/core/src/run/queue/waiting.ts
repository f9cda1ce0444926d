import type { RunKind } from '@palate/protocol'
import type { WaitingView } from '../schemas'
import { type Capacity, findFree, findUnmetNeed, type UnmetNeed, type Wanted } from './capacity'
import { formatAgo, formatBytes, formatCount, formatList, formatRuns } from './format-waiting'

/** An agent as the queue sees it. */
export interface AgentState {
  id: string
  name: string
  whole: Capacity
  online: boolean
  lastSeenAt: Date | null
  draining: boolean
  /** It and the hub have no protocol version in common. */
  outdated: boolean
  /** The GPUs and the run's number of each of its attempts. */
  held: { gpus: string[]; runNumber: number }[]
}

interface Verdict {
  agent: AgentState
  /** What it lacks to ever take the run; null when nothing. */
  never: UnmetNeed | null
  /** Why it does not take the run now; null when it could. */
  reason: string | null
}

/**
 * Why a queued run does not start yet: one sentence, and the reason of each agent that cannot take it now.
 * @param position in the queue, from 1
 * @param ahead how many runs before it compete for its agents
 */
export function explainWaiting(
  wanted: Wanted,
  agents: readonly AgentState[],
  { position, ahead }: { position: number; ahead: number },
  now: Date,
): WaitingView {
  const { agentId } = wanted.needs
  const verdicts = agents
    .filter(({ id }) => agentId === null || id === agentId)
    .map((agent) => ({ agent, ...assess(wanted, agent, now) }))
  const reasons = verdicts.flatMap(({ agent: { id, name }, reason }) =>
    reason ? [{ id, name, reason }] : [],
  )
  return { because: describeWhole(wanted, verdicts, ahead), position, agents: reasons }
}

function assess(wanted: Wanted, agent: AgentState, now: Date): Pick<Verdict, 'never' | 'reason'> {
  const never = findUnmetNeed(wanted, agent.whole)
  // What an outdated agent reports about itself may be wrong.
  if (agent.outdated) return { never, reason: 'it must be updated first' }
  if (never) return { never, reason: describeUnmetNeed(wanted.kind, never, 'its largest GPU') }
  return { never, reason: describeAbsence(agent, now) ?? describeBusy(wanted, agent) }
}

function describeAbsence(agent: AgentState, now: Date): string | null {
  if (!agent.online)
    return agent.lastSeenAt ? `offline, last seen ${formatAgo(agent.lastSeenAt, now)}` : 'it was never online'
  return agent.draining ? 'it is draining and takes no new runs' : null
}

function describeBusy(wanted: Wanted, { whole, held }: AgentState): string | null {
  const numbers = [...new Set(held.map(({ runNumber }) => runNumber))].sort((a, b) => a - b)
  const runs = `run${numbers.length === 1 ? '' : 's'} ${formatList(numbers.map(String))}`
  const gpusOf = held.map(({ gpus }) => gpus)
  const free = findFree(whole, gpusOf, undefined)
  if (!free) return `it is busy with ${runs}`
  const unmetNeed = findUnmetNeed(wanted, free)
  if (!unmetNeed) return null
  return `${describeUnmetNeed(wanted.kind, unmetNeed, 'its largest free GPU', 'free')}; it is busy with ${runs}`
}

function describeUnmetNeed(
  kind: RunKind,
  unmetNeed: UnmetNeed,
  largest: string,
  free: '' | 'free' = '',
): string {
  switch (unmetNeed.lacks) {
    case 'agent':
      return 'the run is for another agent'
    case 'kind':
      return `it does not support ${formatRuns(kind)}`
    case 'labels':
      return `it lacks the label${unmetNeed.missing.length === 1 ? '' : 's'} ${formatList(unmetNeed.missing)}`
    case 'gpus':
      return `needs ${formatCount(unmetNeed.needed, 'GPU')}; it has ${unmetNeed.has === 0 ? 'none' : unmetNeed.has} ${free}`.trim()
    case 'memory':
      return `needs ${describeMemory(unmetNeed)}; ${largest} has ${formatBytes(unmetNeed.largestBytes)}`
  }
}

const describeMemory = ({ neededBytes, needed }: UnmetNeed & { lacks: 'memory' }) =>
  needed === 1 ? formatBytes(neededBytes) : `${needed} GPUs of ${formatBytes(neededBytes)}`

function describeWhole(wanted: Wanted, verdicts: readonly Verdict[], ahead: number): string {
  const [only] = verdicts
  if (!only)
    return wanted.needs.agentId === null
      ? 'No agent is enrolled yet. Enroll one on the Agents page.'
      : 'The agent that it waits for was revoked. Cancel the run and clone it.'
  if (verdicts.some(({ reason }) => reason === null))
    return ahead === 0 ? 'An agent is about to take it.' : `${describeAhead(ahead)}.`
  const able = verdicts.filter(({ never }) => never === null)
  if (able.length === 0) return describeNever(wanted, verdicts)
  const present = able.filter(({ agent }) => agent.online && !agent.draining && !agent.outdated)
  const [first] = present.length > 0 ? present : able
  const count = present.length > 0 ? present.length : able.length
  if (count === 1 && first)
    return `It waits for ${first.agent.name}${describeHold(wanted)}: ${first.reason}.${alsoAhead(ahead)}`
  if (present.length > 0) return `${describeNoRoom(wanted, present)}${alsoAhead(ahead)}`
  const draining = able.filter(({ agent }) => agent.online).length
  return draining === 0
    ? `All ${count} agents that could take it are offline. Start one of them.`
    : `Of ${count} agents that could take it, ${count - draining} are offline and ${draining} take no new runs.`
}

const describeHold = ({ needs: { checkpointStep } }: Wanted) =>
  checkpointStep === null ? '' : `, which keeps its checkpoint of step ${checkpointStep}`
const describeAhead = (ahead: number) => (ahead === 1 ? 'One run is ahead' : `${ahead} runs are ahead`)
const alsoAhead = (ahead: number) => (ahead > 0 ? ` ${describeAhead(ahead)}.` : '')

/** Several agents are online and could take it, but not now. */
function describeNoRoom({ needs }: Wanted, present: readonly Verdict[]): string {
  const free = present.flatMap(({ agent: { whole, held, name } }) => {
    const gpusOf = held.map(({ gpus }) => gpus)
    return (findFree(whole, gpusOf, undefined)?.gpus ?? []).map(({ memoryBytes }) => ({ memoryBytes, name }))
  })
  const [largest] = free.sort((a, b) => b.memoryBytes - a.memoryBytes)
  if (largest && needs.gpuMemoryBytes && largest.memoryBytes < needs.gpuMemoryBytes)
    return `It needs ${formatBytes(needs.gpuMemoryBytes)}; the largest free GPU has ${formatBytes(largest.memoryBytes)}, on ${largest.name}.`
  return `All ${present.length} agents that could take it are busy.`
}

const strictness = ['agent', 'kind', 'labels', 'gpus', 'memory'] as const

/** No agent could ever take it: names what the closest ones lack. */
function describeNever({ kind, needs }: Wanted, verdicts: readonly Verdict[]): string {
  const rank = ({ never }: Verdict) => (never ? strictness.indexOf(never.lacks) : strictness.length)
  const closest = Math.max(...verdicts.map(rank))
  const near = verdicts.filter((one) => rank(one) === closest)
  const unmetNeeds = near.flatMap(({ agent, never }) => (never ? [{ name: agent.name, never }] : []))
  const only = verdicts.length === 1 ? verdicts[0]?.agent.name : null
  switch (strictness[closest]) {
    case 'kind':
      return only ? `${only} does not support ${formatRuns(kind)}.` : `No agent supports ${formatRuns(kind)}.`
    case 'labels':
      return `No agent that supports ${formatRuns(kind)} has the label${needs.labels.length === 1 ? '' : 's'} ${formatList(needs.labels)}.`
    case 'gpus': {
      const most = Math.max(...unmetNeeds.map(({ never }) => (never.lacks === 'gpus' ? never.has : 0)))
      const named = unmetNeeds.find(({ never }) => never.lacks === 'gpus' && never.has === most)?.name
      const needed = formatCount(Math.max(1, needs.gpus), 'GPU')
      return most === 0
        ? `It needs ${needed}, and no agent that could take it has one.`
        : `It needs ${needed}; no agent has more than ${most}, as ${named} has.`
    }
    default: {
      const sizes = unmetNeeds.flatMap(({ name, never }) =>
        never.lacks === 'memory' ? [{ name, ...never }] : [],
      )
      const [largest] = sizes.sort((a, b) => b.largestBytes - a.largestBytes)
      return `It needs ${largest ? describeMemory({ ...largest, lacks: 'memory' }) : 'a larger GPU'}; the largest GPU has ${formatBytes(largest?.largestBytes ?? 0)}, on ${largest?.name}.`
    }
  }
}
