import { createHash, randomBytes } from 'node:crypto'

/** A secret of 192 random bits with a prefix for its kind (`plt_…` API key, `pag_…` agent, `pen_…` enrollment code). */
export function newSecret(prefix: 'plt' | 'pag' | 'pen'): string {
  return `${prefix}_${randomBytes(24).toString('base64url')}`
}

/** SHA-256 is enough for random secrets; passwords of users are hashed with argon2id. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
