import { getServerSession } from 'next-auth'
import { authOptions } from './options'

/** The signed-in person's id, or null. Only for deciding what page to show: every procedure checks for itself. */
export async function findSession(): Promise<{ userId: string } | null> {
  const session = await getServerSession(authOptions)
  const id = session?.user && 'id' in session.user ? session.user.id : undefined
  return typeof id === 'string' && id !== '' ? { userId: id } : null
}
