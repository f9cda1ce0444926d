import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** A secret of 192 random bits with a prefix for its kind (`plt_…` API key, `pag_…` agent, `pen_…` enrollment code, `piv_…` invitation). */
export function newSecret(prefix: 'plt' | 'pag' | 'pen' | 'piv'): string {
  return `${prefix}_${randomBytes(24).toString('base64url')}`
}

/** SHA-256 is enough for random secrets; passwords of users are hashed with argon2id. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Encrypts somebody else's secrets that must be used again, such as an access token, for the database. */
export interface Sealer {
  /** @param about the id of what it belongs to: it opens for no other */
  seal(text: string, about: string): string
  /** @returns null for what was changed, belongs to something else, or was sealed under another PALATE_SECRET */
  open(sealed: string, about: string): string | null
}

const cipher = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/** @param secret PALATE_SECRET, the same in every process of an installation */
export function createSealer(secret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'palate sealed secret', 32))
  return {
    seal(text, about) {
      const iv = randomBytes(ivBytes)
      const sealing = createCipheriv(cipher, key, iv).setAAD(Buffer.from(about, 'utf8'))
      const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
      return Buffer.concat([iv, sealing.getAuthTag(), body]).toString('base64url')
    },
    open(sealed, about) {
      try {
        const bytes = Buffer.from(sealed, 'base64url')
        const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
          .setAAD(Buffer.from(about, 'utf8'))
          .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
        const body = [opening.update(bytes.subarray(ivBytes + tagBytes)), opening.final()]
        return Buffer.concat(body).toString('utf8')
      } catch {
        return null
      }
    },
  }
}
