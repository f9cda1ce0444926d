import { user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { DomainError } from '../error'
import { verifyPassword } from './password'
import { SignInInput } from './schemas'

const triesAllowed = 10
const windowMs = 15 * 60_000
const addressesKept = 10_000

interface Tries {
  count: number
  since: number
}

/**
 * Counts attempts to sign in per address, in the memory of this process: a restart resets them, and each web process
 * counts on its own.
 */
export class SignInLimit {
  private readonly tries = new Map<string, Tries>()

  /** Counts an attempt before the password is checked, so that attempts at the same time are all counted. */
  take(email: string, now: Date): void {
    const known = this.tries.get(email)
    const current =
      known && now.getTime() - known.since < windowMs ? known : { count: 0, since: now.getTime() }
    if (current.count >= triesAllowed) throw tooMany(current, now)
    this.tries.delete(email)
    this.tries.set(email, { ...current, count: current.count + 1 })
    if (this.tries.size > addressesKept) this.forgetOldest()
  }

  clear(email: string): void {
    this.tries.delete(email)
  }

  private forgetOldest(): void {
    const [oldest] = this.tries.keys()
    if (oldest !== undefined) this.tries.delete(oldest)
  }
}

function tooMany(tries: Tries, now: Date): DomainError {
  const minutes = Math.max(1, Math.ceil((tries.since + windowMs - now.getTime()) / 60_000))
  return new DomainError(
    'rate_limited',
    'Too many attempts to sign in with this address.',
    `Wait ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and try again.`,
  )
}

const limit = new SignInLimit()

/**
 * The account of an address and password, or null, which takes equally long for a wrong password and an unknown
 * address.
 *
 * @throws DomainError `rate_limited` after 10 attempts in 15 minutes with one address
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
