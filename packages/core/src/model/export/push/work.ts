import { modelPush, type PushProgress } from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import type { Deps } from '../../../context'
import { notify } from '../../../notify'
import { acrossWorkspaces, inWorkspace } from '../../../tenant'
import { type ExportedFile, listFiles } from '../contents'
import { getExported, requireStored } from '../find'
import { type OllamaSettings, ollamaSettings } from '../ollama'
import { openStatuses } from './view'

export type { PushProgress }

/** What the hub sends, and where to. */
export interface PushWork extends OllamaSettings {
  address: string
  name: string
  /** The model's own file, and the adapter that goes on it. */
  base: ExportedFile
  adapter: ExportedFile | null
}

/** Begins a push; null when it has ended or was canceled, so a repeated job does nothing. */
export async function startPush(deps: Deps, pushId: string): Promise<PushWork | null> {
  const every = acrossWorkspaces(deps, 'job').db
  const [row] = await every.update(modelPush).set({ status: 'running' }).where(isOpen(pushId)).returning()
  if (!row) return null
  const { workspaceId, modelVersionId, address, name, system } = row
  const { db } = inWorkspace(deps, workspaceId)
  await notify(db, { workspaceId, topic: 'push', id: modelVersionId })
  const exported = await getExported(db, workspaceId, modelVersionId)
  const files = listFiles(exported, 'ollama')
  await requireStored(deps, files)
  const [base, adapter = null] = files
  return base ? { address, name, base, adapter, ...ollamaSettings(exported, system) } : null
}

/** Stores how far a push is; without a progress it only asks. @returns false once somebody wants it to end */
export async function mayGoOn(deps: Deps, pushId: string, progress: PushProgress | null): Promise<boolean> {
  const { db } = acrossWorkspaces(deps, 'job')
  const [row] = progress
    ? await db.update(modelPush).set({ progress }).where(isOpen(pushId)).returning()
    : await db.select().from(modelPush).where(isOpen(pushId))
  if (!row) return false
  if (progress) await notify(db, { workspaceId: row.workspaceId, topic: 'push', id: row.modelVersionId })
  return row.cancelRequestedAt === null
}

/** Ends a push. One that has ended stays as it is. @param error a sentence for people; null for a finished push */
export async function endPush(
  deps: Deps,
  pushId: string,
  end: { status: 'finished' | 'failed' | 'canceled'; error: string | null },
): Promise<void> {
  await acrossWorkspaces(deps, 'job').db.transaction(async (tx) => {
    const [row] = await tx
      .update(modelPush)
      .set({ ...end, finishedAt: deps.now() })
      .where(isOpen(pushId))
      .returning()
    if (row) await notify(tx, { workspaceId: row.workspaceId, topic: 'push', id: row.modelVersionId })
  })
}

function isOpen(pushId: string) {
  return and(eq(modelPush.id, pushId), inArray(modelPush.status, [...openStatuses]))
}
