/** The columns that decisions about an agent depend on. */
export interface AgentState {
  connectedAt: Date | null
  lastSeenAt: Date | null
  draining: boolean
  revokedAt: Date | null
  rotateRequestedAt: Date | null
  credentialHash: string
  nextCredentialHash: string | null
}

export type AgentEvent =
  /** It said hello. `credentialHash` is that of the credential that it connected with; null when not known. */
  | { type: 'hello'; draining: boolean; credentialHash: string | null }
  /** It said hello with a protocol that this hub does not support. */
  | { type: 'hello-refused' }
  /** A socket of it closed. `since` is when that socket said hello: there may be a newer one, on another hub. */
  | { type: 'closed'; since: Date }
  | { type: 'drain'; draining: boolean }
  | { type: 'rotate-requested' }
  /** It asked for the new credential, whose hash this is. */
  | { type: 'rotate'; hash: string }
  | { type: 'revoke' }

export type AgentDecision =
  /** `rotated`: the old credential is not valid any more, and sockets that use it have to be closed. */
  | { do: 'change'; agent: Partial<AgentState>; next: 'rotated' | 'revoked' | 'ask-rotate' | null }
  | { do: 'nothing' }
  | { do: 'refuse'; code: 'unauthenticated' | 'conflict'; because: string }

const change = (
  agent: Partial<AgentState>,
  next: (AgentDecision & { do: 'change' })['next'] = null,
): AgentDecision => ({ do: 'change', agent, next })

/** What an event changes about an agent. Pure: the verbs persist the decision under the agent's row lock. */
export function decideAgent(agent: AgentState, event: AgentEvent, now: Date): AgentDecision {
  if (agent.revokedAt) return ofRevoked(event)
  switch (event.type) {
    case 'hello':
      return onHello(agent, event, now)
    case 'hello-refused':
      return change({ connectedAt: null, lastSeenAt: now })
    case 'closed':
      return agent.connectedAt?.getTime() === event.since.getTime()
        ? change({ connectedAt: null })
        : { do: 'nothing' }
    case 'drain':
      return change({ draining: event.draining, lastSeenAt: now })
    case 'rotate-requested':
      return change({ rotateRequestedAt: now }, 'ask-rotate')
    case 'rotate':
      if (!agent.rotateRequestedAt)
        return { do: 'refuse', code: 'conflict', because: 'No new credential was requested.' }
      return change({ nextCredentialHash: event.hash })
    case 'revoke':
      return change({ revokedAt: now, connectedAt: null, nextCredentialHash: null }, 'revoked')
  }
}

function ofRevoked({ type }: AgentEvent): AgentDecision {
  if (type === 'closed' || type === 'revoke') return { do: 'nothing' }
  if (type === 'rotate-requested')
    return { do: 'refuse', code: 'conflict', because: 'This agent was revoked.' }
  return { do: 'refuse', code: 'unauthenticated', because: 'This agent was revoked.' }
}

/** The first hello with the new credential makes the old one invalid. */
function onHello(
  agent: AgentState,
  { draining, credentialHash }: AgentEvent & { type: 'hello' },
  now: Date,
): AgentDecision {
  const here = { connectedAt: now, lastSeenAt: now, draining }
  if (agent.nextCredentialHash === null || credentialHash !== agent.nextCredentialHash)
    return change(here, agent.rotateRequestedAt ? 'ask-rotate' : null)
  return change(
    { ...here, credentialHash: agent.nextCredentialHash, nextCredentialHash: null, rotateRequestedAt: null },
    'rotated',
  )
}
