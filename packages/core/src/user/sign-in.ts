import { type Database, user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditUser } from './audit-user'
import { verifyPassword } from './password'
import { Origin, SignInInput } from './schemas'
import { openSession } from './session'
import { recordSuccess, takeAttempt } from './sign-in-limit'

export interface SignedIn {
  userId: string
  sessionId: string
  name: string
  email: string
}

/**
 * Opens a session for an address and password, or returns null, which takes equally long for a wrong password and an
 * unknown address. Success and failure are in the audit log of the account's workspaces.
 *
 * @param from as the network reports it
 * @throws DomainError `rate_limited` after too many failures: see `takeAttempt`
 */
export async function signIn(deps: Deps, raw: SignInInput, from: Origin): Promise<SignedIn | null> {
  const parsed = SignInInput.safeParse(raw)
  if (!parsed.success) return null
  const { email, password } = parsed.data
  const origin = Origin.parse(from)
  const now = deps.now()
  const attempt = await deps.db.transaction((tx) => takeAttempt(tx, { email, address: origin.address, now }))
  const found = await findAccount(deps.db, email)
  const matches = await verifyPassword(found?.passwordHash ?? null, password)
  if (!found) return null
  return deps.db.transaction(async (tx) => {
    if (!matches) {
      await auditUser(tx, found.id, 'user.signInFailed', found.id, origin)
      return null
    }
    await recordSuccess(tx, attempt)
    const sessionId = await openSession(tx, { userId: found.id, now, origin })
    await auditUser(tx, found.id, 'user.signIn', sessionId, origin)
    return { userId: found.id, sessionId, name: found.name, email: found.email }
  })
}

async function findAccount(db: Database, email: string) {
  const [found] = await db.select().from(user).where(eq(user.email, email))
  return found
}
