import { z } from 'zod'

/** What a push may be about. A push only says "changed": the state is read over HTTP. */
export const liveTopics = [
  'run',
  'dataset',
  'variant-batch',
  'evaluation',
  'agent',
  'hardware',
  'model-version',
  'label',
  'workspace',
] as const
export const LiveTopic = z.enum(liveTopics)
export type LiveTopic = z.infer<typeof LiveTopic>

/** Sent through Postgres NOTIFY and on to the workspace's room in the /live namespace as event `look`. */
export const LiveNotice = z.object({
  workspaceId: z.string(),
  topic: LiveTopic.or(z.string()),
  id: z.string(),
})
export type LiveNotice = z.infer<typeof LiveNotice>

/** Hub-side pushes to agents travel the same way: the replica that holds the agent's socket acts on them. */
export const AgentNotice = z.object({
  /** Null for all agents, of the workspace where one is named. */
  agentId: z.string().nullable(),
  workspaceId: z.string().optional(),
  about: z.enum(['work', 'cancel', 'revoked', 'rotate']),
  attemptId: z.string().nullable(),
})
export type AgentNotice = z.infer<typeof AgentNotice>

export const liveChannel = 'palate_live'
export const agentChannel = 'palate_agent'
