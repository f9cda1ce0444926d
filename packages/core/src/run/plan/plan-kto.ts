import { createHash } from 'node:crypto'
import type { Transaction } from '@palate/db'
import type { ServiceContext } from '../../context'
import { DomainError } from '../../error'
import { sizeOfThumbs } from '../estimate/rows'
import { storeInput, toJsonLines } from '../queue/insert'
import type { CreateKtoInput } from '../schemas'
import type { RunPlan } from './start-model'
import { chooseStart } from './start-model'
import { buildThumbRows, type Thumbs } from './thumb-rows'

/** A training on thumbs: the model's files, and the rated answers of the public chat. */
export async function planKto(tx: Transaction, ctx: ServiceContext, input: CreateKtoInput): Promise<RunPlan> {
  const start = await chooseStart(tx, ctx.workspaceId, input)
  const made = await buildThumbRows(ctx, tx)
  checkThumbs(made)
  const thumbs = await storeInput(ctx.storage, 'thumbs.jsonl', toJsonLines(made.rows))
  const ids = await storeInput(ctx.storage, 'feedback.json', `${JSON.stringify(made.feedbackIds)}\n`)
  return {
    size: sizeOfThumbs(made.rows),
    name: input.name ?? 'thumbs',
    inputs: [...start.files, thumbs],
    lineage: {
      ...start.lineage,
      personaVersionIds: made.personaVersionIds,
      thumbs: made.counts,
      feedback: {
        count: made.feedbackIds.length,
        sha256: createHash('sha256').update(made.feedbackIds.join('\n')).digest('hex'),
        storageKey: ids.storageKey,
      },
    },
  }
}

/** A training on thumbs needs both thumbs up and thumbs down. */
function checkThumbs({ counts: { up, down } }: Thumbs): void {
  const ask = 'Deploy a model and ask people to rate its answers in the public chat.'
  if (up + down === 0) throw new DomainError('invalid', 'No answer of the public chat has a thumb yet.', ask)
  if (up > 0 && down > 0) return
  const way = up > 0 ? 'up' : 'down'
  throw new DomainError(
    'invalid',
    `All thumbs point ${way}. The training needs thumbs up and thumbs down.`,
    ask,
  )
}
