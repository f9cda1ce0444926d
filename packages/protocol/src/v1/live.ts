import { z } from 'zod'

/**
 * What changed, and what the notice's `id` names. A notice carries no state: a page reads again, over HTTP, exactly the
 * queries that show what changed (`apps/web/lib/live-queries.ts` maps a topic and an id to them).
 */
export const liveTopics = [
  /** Id of a run: it was created, or its status, attempts, preflight, results or priority changed. */
  'run',
  /** Id of a run: its step or stage changed. */
  'run-progress',
  /** Id of a run: points of its metrics were recorded. */
  'run-metrics',
  /** Id of a run: log lines were recorded. */
  'run-logs',
  /** Id of a run: samples were recorded. */
  'run-samples',
  /** Id of a run: a file was stored. */
  'run-artifacts',
  /** Id of a run: it entered, left or moved in the queue, or freed a slot for the runs that wait. */
  'queue',
  /** Id of a dataset version. */
  'dataset',
  /** Id of a batch of variants. */
  'variant',
  /** Id of an evaluation. */
  'evaluation',
  /** Id of an agent: its status, name, price or settings changed. */
  'agent',
  /** Id of an agent: there is a new hardware sample. */
  'hardware',
  /** Id of a model version. */
  'model',
  /** Id of a model version: one of its pushes to an Ollama began, moved on or ended. */
  'push',
  /** Id of a deployment. */
  'deployment',
  /** Id of a pair, a batch or the workspace: votes were given or withdrawn. */
  'label',
  /** Id of a persona, or of the workspace where several changed. */
  'persona',
  /** Id of a chat turn: an answer was stored. */
  'chat',
  /** Id of a chat turn: a thumb was given or withdrawn. */
  'feedback',
  /** Id of a member or an invitation: they joined, left or changed, or the caller's own rights did. */
  'member',
  /** Id of the workspace: notices may have been missed, so anything may have changed. Only a hub sends it. */
  'workspace',
] as const
export const LiveTopic = z.enum(liveTopics)
export type LiveTopic = z.infer<typeof LiveTopic>

/** Goes through Postgres NOTIFY to every hub, and on to the workspace's room in the namespace /live as event `changed`. */
export const LiveNotice = z.object({ workspaceId: z.string(), topic: LiveTopic, id: z.string() })
export type LiveNotice = z.infer<typeof LiveNotice>

/** How often a run's progress, metrics, logs and samples are announced at most. The last change is always announced. */
export const liveNoticeEveryMs = 500

/** Hub-side pushes to agents travel the same way: the replica that holds the agent's socket acts on them. */
export const AgentNotice = z.object({
  /** Null for all agents, of the workspace where one is named. */
  agentId: z.string().nullable(),
  workspaceId: z.string().optional(),
  about: z.enum(['work', 'cancel', 'stop', 'revoked', 'rotate']),
  attemptId: z.string().nullable(),
  /** Of `stop`: the step to end after. */
  afterStep: z.int().nonnegative().optional(),
})
export type AgentNotice = z.infer<typeof AgentNotice>

export const liveChannel = 'palate_live'
export const agentChannel = 'palate_agent'
