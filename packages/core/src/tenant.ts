import { allWorkspaces, type Bound, bindTransaction, type Transaction } from '@palate/db'

/**
 * What crosses workspaces by intent, and why. Everything else runs bound to one workspace: row-level security shows it no
 * other rows, also where a `where` was forgotten. A test lists the files that cross.
 */
export const crossings = {
  caller: 'who calls: the workspaces of a person, the workspace of a key',
  listeners: 'which open sockets may still hear their workspace',
  agent: 'which agent a credential or an enrollment code belongs to',
  visitor: 'the public chat, where a deployment or an answer is found by its public name',
  name: 'whether a public name, which is unique over all workspaces, is taken',
  job: 'a background job, which finds its workspace by the row that it works on',
  sweep: 'the periodic tasks of a hub',
  invitation: 'an invitation, which finds its workspace by the link',
  account: 'what concerns an account is recorded in each of its workspaces',
  start: 'the first start, which makes a workspace',
} as const
export type Crossing = keyof typeof crossings

interface Pools extends Bound {
  within: (workspace: string) => Bound
}

/** The same, seeing the rows of this workspace only. */
export function inWorkspace<Of extends Pools>(deps: Of, workspaceId: string): Of {
  if (workspaceId === allWorkspaces) throw new Error('Name the crossing: use acrossWorkspaces.')
  return { ...deps, ...deps.within(workspaceId) }
}

/** The same, seeing the rows of every workspace. */
export function acrossWorkspaces<Of extends Pools>(deps: Of, _for: Crossing): Of {
  return { ...deps, ...deps.within(allWorkspaces) }
}

/** Lets the rest of a transaction see the rows of every workspace. */
export async function widen(tx: Transaction, _for: Crossing): Promise<void> {
  await bindTransaction(tx, allWorkspaces)
}

/** Lets the rest of a transaction see the rows of one workspace only, from where it is known. */
export async function narrow(tx: Transaction, workspaceId: string): Promise<void> {
  await bindTransaction(tx, workspaceId)
}
