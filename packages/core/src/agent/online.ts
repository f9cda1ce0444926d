/** An agent counts as online while its socket is open and it was heard of in the last minute. */
export const onlineMs = 60_000

export function agentStatus(
  agent: { connectedAt: Date | null; lastSeenAt: Date | null; revokedAt: Date | null },
  now: Date,
): 'online' | 'offline' | 'revoked' {
  if (agent.revokedAt) return 'revoked'
  const fresh = agent.lastSeenAt !== null && now.getTime() - agent.lastSeenAt.getTime() < onlineMs
  return agent.connectedAt && fresh ? 'online' : 'offline'
}
