import { user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError, required } from '../error'
import type { Caller } from '../workspace/caller'
import { auditUser } from './audit-user'
import { hashPassword, verifyPassword } from './password'
import { ChangePasswordInput } from './schemas'
import { endOthers, requirePerson } from './session'
import { recordSuccess, takeAttempt } from './sign-in-limit'

/**
 * Gives the caller a new password and ends all their other sessions: the old one opens nothing more.
 *
 * @throws DomainError `invalid` when the current password is wrong, `rate_limited` after ten wrong ones
 */
export async function changePassword(
  deps: Deps,
  caller: Caller,
  raw: ChangePasswordInput,
): Promise<{ ended: number }> {
  const person = requirePerson(caller)
  const { current, next } = ChangePasswordInput.parse(raw)
  const [account] = await deps.db.select().from(user).where(eq(user.id, person.userId))
  const { email, passwordHash } = required(account, 'This account')
  const address = person.sessionId ?? 'no session'
  const attempt = await deps.db.transaction((tx) => takeAttempt(tx, { email, address, now: deps.now() }))
  if (!(await verifyPassword(passwordHash, current)))
    throw new DomainError('invalid', 'The current password is wrong.', 'Check it and try again.')
  const nextHash = await hashPassword(next)
  return deps.db.transaction(async (tx) => {
    await recordSuccess(tx, attempt)
    await tx.update(user).set({ passwordHash: nextHash }).where(eq(user.id, person.userId))
    await auditUser(tx, person.userId, 'user.changePassword', person.userId)
    return endOthers(tx, deps, person)
  })
}
