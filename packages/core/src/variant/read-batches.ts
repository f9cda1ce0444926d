import {
  type BatchSettings,
  type Database,
  modelVersion,
  pair,
  prompt,
  type RunProgress,
  run,
  type Transaction,
  variant,
  variantBatch,
} from '@palate/db'
import { and, count, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { BatchRef } from './schemas'

type Reader = Database | Transaction

export interface WriterView {
  id: string
  name: string
  number: number
  kind: 'base' | 'adapter'
}

export interface BatchView {
  id: string
  number: number
  status: (typeof variantBatch.$inferSelect)['status']
  error: string | null
  settings: BatchSettings
  /** In the order of the settings. */
  models: WriterView[]
  datasetVersionId: string | null
  run: { id: string; status: (typeof run.$inferSelect)['status']; progress: RunProgress | null } | null
  prompts: number
  /** Variants that have arrived, of the expected number. */
  answers: number
  expected: number
  /** Answers that are no recipe or repeat themselves; no pair has one of them. */
  unreadable: number
  pairs: number
  createdAt: Date
}

/** All batches, newest first. */
export async function listBatches(ctx: ServiceContext): Promise<BatchView[]> {
  authorize(ctx, 'variant:read')
  return readBatches(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getBatch(ctx: ServiceContext, input: BatchRef): Promise<BatchView> {
  authorize(ctx, 'variant:read')
  const { id } = BatchRef.parse(input)
  const [view] = await readBatches(ctx.db, ctx.workspaceId, id)
  return required(view, 'This batch')
}

/** The batches of a workspace, newest first, or one of them, each with the number of prompts, answers and pairs. */
export async function readBatches(tx: Reader, workspaceId: string, id?: string): Promise<BatchView[]> {
  const rows = await tx
    .select({ batch: variantBatch, run })
    .from(variantBatch)
    .leftJoin(run, eq(run.id, variantBatch.runId))
    .where(and(eq(variantBatch.workspaceId, workspaceId), id ? eq(variantBatch.id, id) : undefined))
    .orderBy(desc(variantBatch.number))
  const ids = rows.map(({ batch }) => batch.id)
  const counts = await countArrived(tx, ids)
  const writers = await readWriters(
    tx,
    rows.map(({ batch }) => batch.settings),
  )
  return rows.map(({ batch, run }) => {
    const { prompts = 0, answers = 0, unreadable = 0, pairs = 0 } = counts.get(batch.id) ?? {}
    const { personaVersionIds = [], modelVersionIds, promptsPerPersona, variantsPerPrompt } = batch.settings
    return {
      id: batch.id,
      number: batch.number,
      status: batch.status,
      error: batch.error,
      settings: batch.settings,
      models: modelVersionIds.flatMap((id) => writers.get(id) ?? []),
      datasetVersionId: batch.datasetVersionId,
      run: run && { id: run.id, status: run.status, progress: run.progress },
      prompts,
      answers,
      expected:
        modelVersionIds.length *
        variantsPerPrompt *
        (prompts || personaVersionIds.length * promptsPerPersona),
      unreadable,
      pairs,
      createdAt: batch.createdAt,
    }
  })
}

async function readWriters(tx: Reader, settings: BatchSettings[]): Promise<Map<string, WriterView>> {
  const ids = [...new Set(settings.flatMap(({ modelVersionIds }) => modelVersionIds))]
  const { id, name, number, kind } = modelVersion
  const rows = await tx.select({ id, name, number, kind }).from(modelVersion).where(inArray(id, ids))
  return new Map(rows.map((row) => [row.id, row]))
}

interface Arrived {
  prompts: number
  answers: number
  unreadable: number
  pairs: number
}

async function countArrived(tx: Reader, ids: string[]): Promise<Map<string, Arrived>> {
  if (ids.length === 0) return new Map()
  const prompts = await tx
    .select({ id: prompt.batchId, prompts: count(), pairs: count(pair.id) })
    .from(prompt)
    .leftJoin(pair, eq(pair.promptId, prompt.id))
    .where(inArray(prompt.batchId, ids))
    .groupBy(prompt.batchId)
  const answers = await tx
    .select({
      id: prompt.batchId,
      answers: count(),
      unreadable: sql<number>`count(*) filter (where not ${variant.readable})`.mapWith(Number),
    })
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .where(and(inArray(prompt.batchId, ids), isNotNull(variant.text)))
    .groupBy(prompt.batchId)
  const arrived = new Map(answers.map((row) => [row.id, row]))
  return new Map(
    prompts.map((row) => [
      row.id,
      {
        prompts: row.prompts,
        pairs: row.pairs,
        answers: arrived.get(row.id)?.answers ?? 0,
        unreadable: arrived.get(row.id)?.unreadable ?? 0,
      },
    ]),
  )
}
