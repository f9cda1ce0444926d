import { getServerSession } from 'next-auth'
import { authOptions } from './options'

/** The id of the signed-in user, or null. It only decides which page to show: every procedure checks again. */
export async function findSession(): Promise<{ userId: string } | null> {
  const session = await getServerSession(authOptions)
  const id = session?.user && 'id' in session.user ? session.user.id : undefined
  return typeof id === 'string' && id !== '' ? { userId: id } : null
}
