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
 * A preference training: the model's files, the pairs that have a winner, and the ids of the votes behind them. On top
 * of an adapter it is that adapter, frozen, that preferences are measured against, else the bare base.
 */
export async function planDpo(tx: Transaction, ctx: ServiceContext, input: CreateDpoInput): Promise<RunPlan> {
  const start = await chooseStart(tx, ctx.workspaceId, input)
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
    inputs: [...start.files, pairs],
    lineage: {
      ...start.lineage,
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
