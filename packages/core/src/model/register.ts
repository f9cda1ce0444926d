import { artifact, attempt, modelVersion, newId, type RunInput, type run, type Transaction } from '@palate/db'
import type { ArtifactRole, ModelFacts } from '@palate/protocol'
import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
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
 * `run.lineage.baseModelVersionId`, or a base model if they trained all weights. An import that also delivered an adapter
 * makes both. A repeated call changes nothing.
 * @returns null when the run did not upload all its weights (as files and as GGUF); nothing is registered then
 */
export async function registerModelVersion(
  tx: Transaction,
  { workspaceId }: { workspaceId: string },
  run: RunRow,
): Promise<ModelVersionRow | null> {
  const delivered = await lastDelivery(tx, workspaceId, run.id)
  const lineageBase =
    typeof run.lineage.baseModelVersionId === 'string' ? run.lineage.baseModelVersionId : null
  // A fine-tuning of all weights makes a whole model: a base for later trainings.
  const whole = run.kind === 'pretrain' || delivered.some(({ role }) => role === roles.base.gguf)
  if (!whole && !lineageBase) return null
  const facts = await readFacts(tx, run)
  if (!whole)
    return insertModel(tx, run, delivered, { kind: 'adapter', name: run.name, baseId: lineageBase, facts })
  const name = run.kind === 'pretrain' ? 'starter' : run.name
  const base = await insertModel(tx, run, delivered, { kind: 'base', name, baseId: null, facts })
  // The adapter that an import brought along; what the import found out is the base's.
  const companion = { kind: 'adapter', name: `${name} recipes`, facts: null } as const
  if (base && run.kind === 'import') await insertModel(tx, run, delivered, { ...companion, baseId: base.id })
  return base
}

interface Made {
  kind: 'base' | 'adapter'
  name: string
  baseId: string | null
  facts: ModelFacts | null
}

/** @returns null without all of its files */
async function insertModel(
  tx: Transaction,
  run: RunRow,
  delivered: ArtifactRow[],
  { kind, name, baseId, facts }: Made,
): Promise<ModelVersionRow | null> {
  const { workspaceId } = run
  const there = await findByRun(tx, run, kind)
  if (there) return there
  const { files: fileRole, gguf: ggufRole, folder, name: ggufName } = roles[kind]
  const files = delivered
    .filter(({ role }) => role === fileRole)
    .map((row) => toInput(row, `${folder}/${withoutFolder(row.path)}`))
  const gguf = delivered.find(({ role }) => role === ggufRole)
  // A GGUF file alone is served; one that transformers cannot read has no files to train on.
  if ((files.length === 0 && !facts?.notTrainable) || !gguf) return null
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
      baseId,
      files,
      gguf: toInput(gguf, ggufName),
      facts,
      // Not the time of the transaction: of a base and its adapter, the adapter is the newer one.
      createdAt: sql`clock_timestamp()`,
    })
    .onConflictDoNothing({ target: [modelVersion.runId, modelVersion.kind] })
    .returning()
  if (!made) return findByRun(tx, run, kind)
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
  { id, workspaceId }: RunRow,
  kind: 'base' | 'adapter',
): Promise<ModelVersionRow | null> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(
      and(eq(modelVersion.workspaceId, workspaceId), eq(modelVersion.runId, id), eq(modelVersion.kind, kind)),
    )
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
