import { protocolVersion } from '@palate/protocol'

/** An agent is online while its socket is open and its last message is less than a minute old. */
export const onlineMs = 60_000

export function agentStatus(
  agent: { connectedAt: Date | null; lastSeenAt: Date | null; revokedAt: Date | null },
  now: Date,
): 'online' | 'offline' | 'revoked' {
  if (agent.revokedAt) return 'revoked'
  const fresh = agent.lastSeenAt !== null && now.getTime() - agent.lastSeenAt.getTime() < onlineMs
  return agent.connectedAt && fresh ? 'online' : 'offline'
}

/** Whether an agent and this hub have no protocol version in common. False while the agent has reported none. */
export function isOutdated(protocol: { min: number; max: number } | null): boolean {
  return protocol !== null && (protocolVersion < protocol.min || protocolVersion > protocol.max)
}
