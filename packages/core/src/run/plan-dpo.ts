import { createHash } from 'node:crypto'
import { modelVersion, type Transaction } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { sizeOfPairs } from '../fit/rows'
import type { RunPlan } from './insert'
import { buildPreferenceRows } from './preference-rows'
import type { CreateDpoInput } from './schemas'
import { storeInput, toJsonLines } from './store-input'

type ModelVersionRow = typeof modelVersion.$inferSelect

/** A preference training: the base model's files, the pairs that have a winner, and the ids of the votes behind them. */
export async function planDpo(tx: Transaction, ctx: ServiceContext, input: CreateDpoInput): Promise<RunPlan> {
  const base = await findBase(tx, ctx.workspaceId, input.baseModelVersionId)
  const made = await buildPreferenceRows(ctx, tx, input)
  if (made.rows.length < 2)
    throw new DomainError(
      'invalid',
      made.rows.length === 0
        ? 'No pair has a winner yet, so there is nothing to learn from.'
        : 'Only one pair has a winner, which is too little to learn from.',
      'Judge some pairs first, or let the rules judge them.',
    )
  const pairs = await storeInput(ctx.storage, 'pairs.jsonl', toJsonLines(made.rows))
  const votes = await storeInput(ctx.storage, 'votes.json', `${JSON.stringify(made.voteIds)}\n`)
  return {
    size: sizeOfPairs(made.rows),
    name: input.name ?? 'preference',
    inputs: [...base.files, pairs],
    lineage: {
      baseModelVersionId: base.id,
      batchIds: made.batchIds,
      personaVersionIds: made.personaVersionIds,
      pairs: made.counts,
      votes: {
        count: made.voteIds.length,
        sha256: createHash('sha256').update(made.voteIds.join('\n')).digest('hex'),
        storageKey: votes.storageKey,
      },
    },
  }
}

async function findBase(
  tx: Transaction,
  workspaceId: string,
  id: string | undefined,
): Promise<ModelVersionRow> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(
      and(
        eq(modelVersion.workspaceId, workspaceId),
        id ? eq(modelVersion.id, id) : eq(modelVersion.kind, 'base'),
      ),
    )
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
    .limit(1)
  if (id && required(row, 'This base model').kind !== 'base')
    throw new DomainError('invalid', 'An adapter cannot be the base of a training.', 'Choose a base model.')
  if (row) return row
  throw new DomainError(
    'invalid',
    'There is no base model yet.',
    'Train the starter model first; it takes a few minutes.',
  )
}
