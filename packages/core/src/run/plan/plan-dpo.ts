import { createHash } from 'node:crypto'
import type { Transaction } from '@palate/db'
import type { ServiceContext } from '../../context'
import { DomainError } from '../../error'
import { sizeOfPairs } from '../estimate/rows'
import { storeInput, toJsonLines } from '../queue/insert'
import type { CreateDpoInput } from '../schemas'
import { buildPreferenceRows } from './preference-rows'
import type { RunPlan } from './start-model'
import { chooseStart } from './start-model'

/**
 * A preference training: the model's files, the pairs that have a winner, and the ids of their votes. The reference
 * model is the adapter that the training continues, or the base without one.
 */
export async function planDpo(tx: Transaction, ctx: ServiceContext, input: CreateDpoInput): Promise<RunPlan> {
  const start = await chooseStart(tx, ctx.workspaceId, input)
  const made = await buildPreferenceRows(ctx, tx, input)
  if (made.rows.length < 2)
    throw new DomainError(
      'invalid',
      made.rows.length === 0
        ? 'No pair has a winner yet. A preference training needs at least two.'
        : 'Only one pair has a winner. A preference training needs at least two.',
      'Label some pairs first, or apply the rules.',
    )
  const pairs = await storeInput(ctx.storage, 'pairs.jsonl', toJsonLines(made.rows))
  const votes = await storeInput(ctx.storage, 'votes.json', `${JSON.stringify(made.voteIds)}\n`)
  return {
    size: sizeOfPairs(made.rows),
    name: input.name ?? 'preference',
    inputs: [...start.files, pairs],
    lineage: {
      ...start.lineage,
      batchIds: made.batchIds,
      ...(input.sources ? { sources: input.sources } : {}),
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
