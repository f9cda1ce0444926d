import type { Transaction } from '@palate/db'
import { type ModelSource, type RoundName, rounds } from '@palate/protocol'
import { readPublished } from '../../model/published'
import { findStartModel } from './start-model'

interface Tuning {
  kind: 'sft' | 'dpo' | 'kto'
  baseModelVersionId?: string | undefined
  config: Record<string, unknown> & { base?: ModelSource | undefined }
}

/**
 * The input of a training with the settings that suit its model for those that are left out. They are stored with the
 * run, so that it shows what it was trained with. A model that is not in the registry is a published one.
 *
 * @throws DomainError as `findStartModel`
 */
export async function fillSuited<Input extends { kind: 'pretrain' } | Tuning>(
  tx: Transaction,
  workspaceId: string,
  input: Input,
): Promise<Input> {
  if (input.kind === 'pretrain') return input
  const suited = rounds[await findRound(tx, workspaceId, input)][input.kind]
  const given = Object.entries(input.config).filter(([, value]) => value !== undefined)
  return { ...input, config: { ...suited, ...Object.fromEntries(given) } }
}

async function findRound(
  tx: Transaction,
  workspaceId: string,
  { kind, config, baseModelVersionId: id }: Tuning,
): Promise<RoundName> {
  if (config.base) return 'published'
  const { base } = await findStartModel(tx, workspaceId, { kind, id })
  return (await readPublished(tx, workspaceId)).has(base.id) ? 'published' : 'starter'
}
