import { findUser, listWorkspaces } from '@palate/core'
import { deps } from './deps'
import { findSession } from './session'

/** The account that is signed in, or null. It may be a member of no workspace. */
export async function findAccount() {
  const session = await findSession()
  return session && findUser(await deps(), session.userId)
}

/** Whether an account is a member of any workspace. */
export async function isMember(userId: string): Promise<boolean> {
  return (await listWorkspaces(await deps(), userId)).length > 0
}
