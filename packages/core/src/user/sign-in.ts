import { user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { verifyPassword } from './password'
import { SignInInput } from './schemas'
import { SignInLimit } from './sign-in-limit'

const limit = new SignInLimit()

/**
 * The account behind an address and a password, or null: the same answer, after the same work, for a wrong password
 * and an unknown address.
 *
 * @throws DomainError `rate_limited` after 10 tries in 15 minutes with one address
 */
export async function verifySignIn(
  deps: Deps,
  raw: SignInInput,
): Promise<{ userId: string; name: string; email: string } | null> {
  const parsed = SignInInput.safeParse(raw)
  if (!parsed.success) return null
  const { email, password } = parsed.data
  limit.take(email, deps.now())
  const [found] = await deps.db.select().from(user).where(eq(user.email, email))
  const matches = await verifyPassword(found?.passwordHash ?? null, password)
  if (!found || !matches) return null
  limit.clear(email)
  return { userId: found.id, name: found.name, email: found.email }
}
