import { user } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { Deps } from '../context'

/** An account by its id, as its own pages show it. */
export async function findUser(
  deps: Deps,
  id: string,
): Promise<{ id: string; name: string; email: string } | null> {
  const [found] = await deps.db
    .select({ id: user.id, name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, id))
  return found ?? null
}
