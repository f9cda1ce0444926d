import { createHash } from 'node:crypto'
import { artifact, attempt, newId, run, variant, variantBatch } from '@palate/db'
import { createAgentRow } from '@palate/db/testing'
import { asc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { type ModelVersionRow, registerModelVersion } from '../model/register'
import { settleRun } from '../run/state/settle'
import { createBatch } from '../variant/create-batch'
import { fillBatch } from '../variant/fill-batch'
import { receiveVariant } from '../variant/receive-variant'
import type { CreateBatchInput } from '../variant/schemas'
import type { Arranging } from './deps'

type RunRow = typeof run.$inferSelect

/** A finished training run with the artifacts that an agent would have delivered for it. */
export async function createFinishedRun(
  deps: Arranging,
  workspaceId: string,
  made: { kind: Delivered; name?: string; lineage?: Record<string, unknown> },
): Promise<RunRow> {
  const id = newId('run')
  const last = await deps.all.$count(run, eq(run.workspaceId, workspaceId))
  const [row] = await deps.all
    .insert(run)
    .values({
      id,
      workspaceId,
      number: last + 1,
      name: 'run',
      status: 'finished',
      seed: 1,
      config: {},
      ...made,
    })
    .returning()
  await deliver(deps, workspaceId, id, made.kind)
  return required(row, 'The run')
}

type Delivered = 'pretrain' | 'dpo' | 'import'

/** What an attempt uploads: the weights as files and as GGUF; an import brings an adapter along. */
export async function deliver(deps: Arranging, workspaceId: string, runId: string, kind: Delivered) {
  const attemptId = newId('att')
  const number = (await deps.all.$count(attempt, eq(attempt.runId, runId))) + 1
  const agentId = await createAgentRow(deps.all, workspaceId)
  await deps.all.insert(attempt).values({
    id: attemptId,
    workspaceId,
    runId,
    number,
    agentId,
    epoch: number,
    status: 'finished',
    leaseExpiresAt: deps.now(),
  })
  const whole = [
    ['hf', 'model/config.json'],
    ['hf', 'model/model.safetensors'],
    ['gguf', 'model.gguf'],
  ]
  const adapter = [
    ['adapter', 'adapter/adapter_model.safetensors'],
    ['adapter-gguf', 'adapter.gguf'],
  ]
  const files = { pretrain: whole, dpo: adapter, import: [...whole, ...adapter] }[kind]
  for (const [role = '', path = ''] of files) {
    const sha256 = createHash('sha256').update(`${attemptId}/${path}`).digest('hex')
    await deps.all.insert(artifact).values({
      id: newId('art'),
      workspaceId,
      runId,
      attemptId,
      role,
      path,
      storageKey: `objects/${sha256.slice(0, 2)}/${sha256}`,
      sizeBytes: 10,
      sha256,
    })
  }
}

/** A base model, or an adapter on one, in the registry. */
export async function createModel(
  deps: Arranging,
  workspaceId: string,
  base?: ModelVersionRow,
): Promise<ModelVersionRow> {
  const made = await createFinishedRun(deps, workspaceId, {
    kind: base ? 'dpo' : 'pretrain',
    name: base ? 'tuned' : 'starter',
    lineage: base ? { baseModelVersionId: base.id } : {},
  })
  const row = await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made))
  return required(row, 'The model')
}

type VariantRow = typeof variant.$inferSelect

/** A batch whose variants have all arrived, through the real verbs. `answer` stands in for the model; slot a is the full prompt. */
export async function createAnsweredBatch(
  ctx: ServiceContext,
  input: CreateBatchInput,
  answer: (asked: VariantRow & { slot: 'a' | 'b' }, index: number) => string,
): Promise<{ batchId: string }> {
  const { id: batchId } = await createBatch(ctx, { variantsPerPrompt: 2, keepUnreadable: true, ...input })
  await fillBatch(ctx, { batchId, examples: [] })
  const [batch] = await ctx.db.select().from(variantBatch).where(eq(variantBatch.id, batchId))
  const rows = await ctx.db
    .select()
    .from(run)
    .where(eq(run.id, batch?.runId ?? ''))
  const made = required(rows[0], 'The run')
  const asked = await ctx.db
    .select()
    .from(variant)
    .where(eq(variant.workspaceId, ctx.workspaceId))
    .orderBy(asc(variant.createdAt), asc(variant.id))
  await ctx.db.transaction(async (tx) => {
    for (const [index, each] of asked.entries())
      await receiveVariant(tx, ctx, made.id, {
        type: 'generation',
        itemId: each.id,
        text: answer({ ...each, slot: each.style === 'full' ? 'a' : 'b' }, index),
        tokens: 10,
        finishReason: 'stop',
        durationMs: 1,
      })
    await settleRun(tx, ctx, { ...made, status: 'finished' })
  })
  return { batchId }
}
