import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { DomainError } from './error'

/** Whom a ticket was given to: it ends with their sign-in, key or membership. Nobody: the system. */
const holder = {
  userId: z.string().optional(),
  sessionId: z.string().optional(),
  keyId: z.string().optional(),
}
export type TicketHolder = { userId?: string; sessionId?: string; keyId?: string }

/** The purposes of signed tokens with their claims. A token is valid for its own purpose only. */
const claims = {
  live: z.object({
    workspaceId: z.string(),
    userId: z.string(),
    /** Of the person's sign-in or key: when that ends, so does the socket. */
    sessionId: z.string().optional(),
    keyId: z.string().optional(),
  }),
  upload: z.object({ workspaceId: z.string(), uploadId: z.string(), ...holder }),
  lease: z.object({
    workspaceId: z.string(),
    agentId: z.string(),
    runId: z.string(),
    attemptId: z.string(),
    epoch: z.number().int(),
  }),
  serve: z.object({ workspaceId: z.string(), agentId: z.string(), objects: z.array(z.string()) }),
  download: z.object({ workspaceId: z.string(), storageKey: z.string(), filename: z.string(), ...holder }),
  export: z.object({
    workspaceId: z.string(),
    modelVersionId: z.string(),
    format: z.enum(['safetensors', 'gguf', 'ollama']),
    persona: z.string().nullable(),
    ...holder,
  }),
} as const

export type TicketPurpose = keyof typeof claims
export type TicketClaims<Purpose extends TicketPurpose> = z.infer<(typeof claims)[Purpose]>

export interface Tickets {
  sign<Purpose extends TicketPurpose>(
    purpose: Purpose,
    body: TicketClaims<Purpose>,
    ttlSeconds: number,
  ): Promise<string>
  /** @throws DomainError `unauthenticated` when the token is forged, of another purpose or expired */
  verify<Purpose extends TicketPurpose>(purpose: Purpose, token: string): Promise<TicketClaims<Purpose>>
}

/** @param secret at least 32 characters; the same in every process of an installation */
export function createTickets(secret: string): Tickets {
  if (secret.length < 32) throw new Error('PALATE_SECRET needs at least 32 characters.')
  const key = new TextEncoder().encode(`ticket:${secret}`)
  return {
    sign: (purpose, body, ttlSeconds) =>
      new SignJWT({ body })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(purpose)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + ttlSeconds)
        .sign(key),
    async verify(purpose, token) {
      try {
        const { payload } = await jwtVerify(token, key, { audience: purpose, algorithms: ['HS256'] })
        return claims[purpose].parse(payload.body) as TicketClaims<typeof purpose>
      } catch {
        throw new DomainError(
          'unauthenticated',
          `This ${purpose} ticket is not valid or has expired.`,
          'Reload the page, or ask for a new one.',
        )
      }
    },
  }
}
