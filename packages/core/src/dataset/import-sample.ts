import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { dataset, datasetVersion, newId, type Transaction, upload } from '@palate/db'
import { and, eq, ne, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { insertVersion } from './insert-version'
import { type DatasetVersionRef, ImportSampleInput } from './schemas'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../recipe/data/samples')
const samples: Record<ImportSampleInput['sample'], { filename: string; name: string }> = {
  csv: { filename: 'recipes.csv', name: 'Sample recipes (CSV)' },
  jsonl: { filename: 'recipes.jsonl', name: 'Sample recipes (JSONL)' },
}

/** Imports the sample recipes that come with Palate like an uploaded file. A repeated call returns the same version. */
export async function importSample(ctx: ServiceContext, raw: ImportSampleInput): Promise<DatasetVersionRef> {
  authorize(ctx, 'dataset:create')
  const { filename, name } = samples[ImportSampleInput.parse(raw).sample]
  const { workspaceId } = ctx
  const bytes = await readFile(join(folder, filename))
  return ctx.db.transaction(async (tx) => {
    // Calls at once for one sample wait for the first.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`sample:${workspaceId}:${name}`}, 0))`,
    )
    const [there] = await findImported(tx, workspaceId, name)
    if (there) return there
    const uploadId = newId('upload')
    const stored = await ctx.storage.put(`uploads/${uploadId}/sample`, Readable.from([bytes]))
    const { key: storageKey, sizeBytes, sha256 } = stored
    const now = ctx.now()
    const dates = { createdAt: now, completedAt: now }
    await tx
      .insert(upload)
      .values({ id: uploadId, workspaceId, filename, storageKey, sizeBytes, sha256, ...dates })
    return insertVersion(tx, ctx, { name, uploadId, filename })
  })
}

function findImported(tx: Transaction, workspaceId: string, name: string) {
  return tx
    .select({ datasetId: dataset.id, datasetVersionId: datasetVersion.id })
    .from(dataset)
    .innerJoin(datasetVersion, eq(datasetVersion.datasetId, dataset.id))
    .where(
      and(eq(dataset.workspaceId, workspaceId), eq(dataset.name, name), ne(datasetVersion.status, 'failed')),
    )
    .limit(1)
}
