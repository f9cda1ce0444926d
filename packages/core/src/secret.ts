import { createHash, randomBytes } from 'node:crypto'

/** A secret for a machine: 192 random bits, its kind in front (`plt_…` API key, `pag_…` agent, `pen_…` enrollment code). */
export function newSecret(prefix: 'plt' | 'pag' | 'pen'): string {
  return `${prefix}_${randomBytes(24).toString('base64url')}`
}

/** SHA-256 is enough for secrets of full entropy; people's passwords go through argon2id. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
