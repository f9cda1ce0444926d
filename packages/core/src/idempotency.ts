import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { idempotencyKey, newId, type Transaction } from '@palate/db'
import { and, eq, lt } from 'drizzle-orm'
import { actorId } from './actor'
import type { ServiceContext } from './context'
import { DomainError } from './error'

const keptMs = 24 * 3600_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface OnceCall {
  verb: string
  /** A UUID made by the client for one intention of its user. Without one, every call is a call of its own. */
  key: string | null | undefined
  input: unknown
}

/**
 * Runs a verb once for a key. A second call waits for the first and gets its reply; after a failed call, the key is
 * free again. The verb gets a context whose database is the transaction that also stores the reply.
 *
 * @throws DomainError `conflict` when the key was used with another input, `invalid` when it is not a UUID
 */
export async function once<Reply>(
  ctx: ServiceContext,
  { verb, key, input }: OnceCall,
  work: (ctx: ServiceContext) => Promise<Reply>,
): Promise<Reply> {
  if (!key) return work(ctx)
  if (!uuid.test(key))
    throw new DomainError(
      'invalid',
      'The idempotency key is not a UUID.',
      'Make a new UUID for each creation.',
    )
  const inputHash = hash(JSON.stringify(input ?? null))
  const row = { workspaceId: ctx.workspaceId, actorId: actorId(ctx.actor), verb, keyHash: hash(key) }
  return ctx.db.transaction(async (tx) => {
    const now = ctx.now()
    await tx
      .delete(idempotencyKey)
      .where(and(eq(idempotencyKey.workspaceId, ctx.workspaceId), lt(idempotencyKey.expiresAt, now)))
    // Waits here while another call with this key is running.
    const [claimed] = await tx
      .insert(idempotencyKey)
      .values({ id: newId('idem'), ...row, inputHash, expiresAt: new Date(now.getTime() + keptMs) })
      .onConflictDoNothing()
      .returning({ id: idempotencyKey.id })
    if (!claimed) return readReply<Reply>(tx, row, { key, inputHash })
    const reply = await work({ ...ctx, db: tx })
    await tx
      .update(idempotencyKey)
      .set({ reply: encrypt(key, serialize(reply)) })
      .where(eq(idempotencyKey.id, claimed.id))
    return reply
  })
}

async function readReply<Reply>(
  tx: Transaction,
  { workspaceId, actorId, verb, keyHash }: Record<'workspaceId' | 'actorId' | 'verb' | 'keyHash', string>,
  { key, inputHash }: { key: string; inputHash: string },
): Promise<Reply> {
  const [found] = await tx
    .select()
    .from(idempotencyKey)
    .where(
      and(
        eq(idempotencyKey.workspaceId, workspaceId),
        eq(idempotencyKey.actorId, actorId),
        eq(idempotencyKey.verb, verb),
        eq(idempotencyKey.keyHash, keyHash),
      ),
    )
  if (!found?.reply)
    throw new DomainError('unavailable', 'The same request is being handled.', 'Try again in a moment.')
  if (found.inputHash !== inputHash)
    throw new DomainError(
      'conflict',
      'This idempotency key was used for another request.',
      'Reload the page and try again.',
    )
  return deserialize(decrypt(key, found.reply)) as Reply
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const nonceBytes = 12
const tagBytes = 16
const replyKey = (key: string) => Buffer.from(hkdfSync('sha256', key, '', 'palate idempotent reply', 32))

function encrypt(key: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', replyKey(key), nonce)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

function decrypt(key: string, stored: Uint8Array): Buffer {
  const nonce = stored.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', replyKey(key), nonce)
  decipher.setAuthTag(stored.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(stored.subarray(nonceBytes + tagBytes)), decipher.final()])
}
