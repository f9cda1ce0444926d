import { modelVersion, run } from '@palate/db'
import { and, desc, eq, ne, or, sql } from 'drizzle-orm'
import type { ServiceContext } from '../../context'
import { authorize } from '../../permission'
import { holderOf } from '../../workspace/listener'
import { type ExportedModel, listFiles } from './contents'
import { findSystem, getExported } from './find'
import { exportName } from './open'
import {
  type DerivedModel,
  type ExportFormat,
  type ExportView,
  exportFormats,
  ListExportsInput,
  type ModelExports,
} from './schemas'

const linkSeconds = 60 * 60

/** What can be downloaded of a model now, and the whole models that were made of it. @throws DomainError `not_found` */
export async function listExports(ctx: ServiceContext, raw: ListExportsInput): Promise<ModelExports> {
  authorize(ctx, 'model:read')
  const { id, persona = null } = ListExportsInput.parse(raw)
  const exported = await getExported(ctx.db, ctx.workspaceId, id)
  await findSystem(ctx.db, ctx.workspaceId, persona)
  return {
    exports: await Promise.all(exportFormats.map((format) => toView(ctx, exported, format, persona))),
    derived: await readDerived(ctx, id),
  }
}

async function toView(
  ctx: ServiceContext,
  exported: ExportedModel,
  format: ExportFormat,
  persona: string | null,
): Promise<ExportView> {
  const { tickets } = ctx
  const holder = holderOf(ctx)
  const claims = { ...holder, modelVersionId: exported.model.id, format, persona }
  const files = listFiles(exported, format)
  return {
    format,
    filename: `${exportName(exported.model, format)}.zip`,
    url: `/files/export/${await tickets.sign('export', claims, linkSeconds)}`,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    files: await Promise.all(
      files.map(async ({ path, storageKey, sizeBytes, sha256 }) => {
        const file = { ...holder, storageKey, filename: path }
        const url = `/files/download/${await tickets.sign('download', file, linkSeconds)}`
        return { path, sizeBytes, sha256, url }
      }),
    ),
  }
}

async function readDerived({ db, workspaceId }: ServiceContext, id: string): Promise<DerivedModel[]> {
  const rows = await db
    .select({ row: modelVersion })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(
      and(
        eq(modelVersion.workspaceId, workspaceId),
        ne(modelVersion.id, id),
        eq(run.kind, 'import'),
        or(
          sql`${run.lineage} ->> 'adapterModelVersionId' = ${id}`,
          sql`(${run.lineage} ->> 'baseModelVersionId' = ${id} and ${run.lineage} ->> 'adapterModelVersionId' is null)`,
        ),
      ),
    )
    .orderBy(desc(modelVersion.createdAt))
  return rows.map(({ row: { id, name, number, facts, gguf } }) => ({
    ...{ id, name, number, sizeBytes: gguf.sizeBytes },
    quantization: facts?.quantization ?? null,
  }))
}
