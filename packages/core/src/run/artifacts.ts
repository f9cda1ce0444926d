import { artifact } from '@palate/db'
import { and, asc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { holderOf } from '../workspace/listener'
import { findOwnRun } from './read'
import { RunArtifactsInput, type RunArtifactView } from './schemas'

const downloadSeconds = 60 * 60

/** The files that a run uploaded, each with a link that is valid for an hour. */
export async function getRunArtifacts(
  ctx: ServiceContext,
  raw: RunArtifactsInput,
): Promise<RunArtifactView[]> {
  authorize(ctx, 'run:read')
  const { runId } = RunArtifactsInput.parse(raw)
  await findOwnRun(ctx, runId)
  const rows = await ctx.db
    .select()
    .from(artifact)
    .where(and(eq(artifact.runId, runId), eq(artifact.workspaceId, ctx.workspaceId)))
    .orderBy(asc(artifact.createdAt), asc(artifact.path))
  return Promise.all(
    rows.map(async ({ id, attemptId, role, path, sizeBytes, sha256, createdAt, storageKey }) => {
      const filename = path.split('/').at(-1) ?? path
      const claims = { ...holderOf(ctx), storageKey, filename }
      const ticket = await ctx.tickets.sign('download', claims, downloadSeconds)
      return { id, attemptId, role, path, sizeBytes, sha256, createdAt, url: `/files/download/${ticket}` }
    }),
  )
}
