import { artifact, attempt, modelVersion, newId, type RunInput, type run, type Transaction } from '@palate/db'
import type { ArtifactRole, ModelFacts } from '@palate/protocol'
import { and, asc, desc, eq, isNotNull } from 'drizzle-orm'
import { nextNumber } from '../next-number'
import { notify } from '../notify'

type RunRow = typeof run.$inferSelect
type ArtifactRow = typeof artifact.$inferSelect
export type ModelVersionRow = typeof modelVersion.$inferSelect

const roles: Record<
  'base' | 'adapter',
  { files: ArtifactRole; gguf: ArtifactRole; folder: string; name: string }
> = {
  base: { files: 'hf', gguf: 'gguf', folder: 'model', name: 'base.gguf' },
  adapter: { files: 'adapter', gguf: 'adapter-gguf', folder: 'adapter', name: 'adapter.gguf' },
}

/**
 * Registers the model of a finished run: `pretrain` and `import` make a base model; `sft`, `dpo` and `kto` make an adapter on
 * `run.lineage.baseModelVersionId`, or a base model if they trained all weights. A repeated call changes nothing.
 * @returns null when the run did not upload all its weights (as files and as GGUF); nothing is registered then
 */
export async function registerModelVersion(
  tx: Transaction,
  ctx: { workspaceId: string },
  run: RunRow,
): Promise<ModelVersionRow | null> {
  const { workspaceId } = ctx
  const there = await findByRun(tx, workspaceId, run.id)
  if (there) return there
  const baseId = typeof run.lineage.baseModelVersionId === 'string' ? run.lineage.baseModelVersionId : null
  const delivered = await lastDelivery(tx, workspaceId, run.id)
  // A fine-tuning of all weights makes a whole model: a base for later trainings.
  const whole = run.kind === 'pretrain' || delivered.some(({ role }) => role === roles.base.gguf)
  const kind = whole ? 'base' : 'adapter'
  const { files: fileRole, gguf: ggufRole, folder, name: ggufName } = roles[kind]
  const files = delivered
    .filter(({ role }) => role === fileRole)
    .map((row) => toInput(row, `${folder}/${withoutFolder(row.path)}`))
  const gguf = delivered.find(({ role }) => role === ggufRole)
  const facts = await readFacts(tx, run)
  // A GGUF file alone is served; one that transformers cannot read has no files to train on.
  if ((files.length === 0 && !facts?.notTrainable) || !gguf || (kind === 'adapter' && !baseId)) return null

  const name = run.kind === 'pretrain' ? 'starter' : run.name
  const number = await nextNumber(tx, modelVersion, workspaceId, eq(modelVersion.name, name))
  const [made] = await tx
    .insert(modelVersion)
    .values({
      id: newId('model'),
      workspaceId,
      name,
      number,
      kind,
      runId: run.id,
      baseId: kind === 'base' ? null : baseId,
      files,
      gguf: toInput(gguf, ggufName),
      facts,
    })
    .onConflictDoNothing({ target: modelVersion.runId })
    .returning()
  if (!made) return findByRun(tx, workspaceId, run.id)
  await notify(tx, { workspaceId, topic: 'model', id: made.id })
  return made
}

/** What an import found out, as its newest attempt reported it. The curated list knows a license better than a file. */
async function readFacts(tx: Transaction, { id, lineage }: RunRow): Promise<ModelFacts | null> {
  const [row] = await tx
    .select({ facts: attempt.model })
    .from(attempt)
    .where(and(eq(attempt.runId, id), isNotNull(attempt.model)))
    .orderBy(desc(attempt.number))
    .limit(1)
  const facts = row?.facts ?? null
  return facts && typeof lineage.license === 'string' ? { ...facts, license: lineage.license } : facts
}

async function findByRun(
  tx: Transaction,
  workspaceId: string,
  runId: string,
): Promise<ModelVersionRow | null> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, workspaceId), eq(modelVersion.runId, runId)))
  return row ?? null
}

/** The files of the newest attempt that uploaded any: an earlier attempt may have been lost during its uploads. */
async function lastDelivery(tx: Transaction, workspaceId: string, runId: string): Promise<ArtifactRow[]> {
  const rows = await tx
    .select({ artifact, number: attempt.number })
    .from(artifact)
    .innerJoin(attempt, eq(attempt.id, artifact.attemptId))
    .where(and(eq(artifact.workspaceId, workspaceId), eq(artifact.runId, runId)))
    .orderBy(desc(attempt.number), asc(artifact.path))
  return rows.filter(({ number }) => number === rows[0]?.number).map((row) => row.artifact)
}

function toInput({ storageKey, sizeBytes, sha256 }: ArtifactRow, name: string): RunInput {
  return { name, storageKey, sizeBytes, sha256 }
}

/** A model's files are in one folder without subfolders (`output/hf/config.json` is `config.json`), as the libraries expect. */
function withoutFolder(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
