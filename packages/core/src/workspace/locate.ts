import { datasetVersion, evaluation, modelVersion, persona, run, variantBatch } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps } from '../context'
import { acrossWorkspaces } from '../tenant'
import { requirePerson } from '../user/session'
import type { Caller } from './caller'
import { LocateInput, type WorkspaceView } from './schemas'
import { listWorkspaces } from './session'

/** The tables whose rows have a page, by the prefix of their ids. */
const tables = {
  run,
  dver: datasetVersion,
  persona,
  batch: variantBatch,
  eval: evaluation,
  model: modelVersion,
} as const

/** Which of the caller's workspaces has the row that a link names; null for none of them, whether it exists or not. */
export async function locate(deps: Deps, caller: Caller, raw: LocateInput): Promise<WorkspaceView | null> {
  const { userId } = requirePerson(caller)
  const { id } = LocateInput.parse(raw)
  const table = Object.entries(tables).find(([prefix]) => id.startsWith(`${prefix}_`))?.[1]
  const workspaces = await listWorkspaces(deps, userId)
  if (!table || workspaces.length === 0) return null
  const own = inArray(
    table.workspaceId,
    workspaces.map((one) => one.id),
  )
  const [found] = await acrossWorkspaces(deps, 'caller')
    .db.select({ workspaceId: table.workspaceId })
    .from(table)
    .where(and(eq(table.id, id), own))
  return workspaces.find((one) => one.id === found?.workspaceId) ?? null
}
