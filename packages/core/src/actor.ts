/** Who acts. The same verb serves pages, API keys, sockets and background jobs. */
export type Actor =
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'apiKey'; keyId: string; userId: string }
  | { kind: 'agent'; agentId: string }
  | { kind: 'system'; reason: string }

export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.userId
    case 'apiKey':
      return actor.keyId
    case 'agent':
      return actor.agentId
    case 'system':
      return actor.reason
  }
}

/** The person behind the actor: an API key acts for the person who created it. */
export function actorUserId(actor: Actor): string | null {
  return actor.kind === 'user' || actor.kind === 'apiKey' ? actor.userId : null
}
