import {
  type BatchSettings,
  newId,
  pair,
  personaVersion,
  prompt,
  type Transaction,
  variant,
} from '@palate/db'
import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { choosePair } from './choose-pair'

interface Asked {
  workspaceId: string
  promptId: string
  settings: BatchSettings
}

/**
 * Makes the pair of a prompt from its answers that people can read; a prompt with fewer than two of them gets none. Two
 * equal texts need no label: their quota is 0. A repeated call changes nothing.
 */
export async function makePair(tx: Transaction, { workspaceId, promptId, settings }: Asked): Promise<void> {
  const rows = await tx
    .select({
      id: variant.id,
      seq: variant.seq,
      text: sql<string>`${variant.text}`,
      inventory: prompt.inventory,
      persona: personaVersion.body,
    })
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .where(
      and(
        eq(variant.workspaceId, workspaceId),
        eq(variant.promptId, promptId),
        isNotNull(variant.text),
        settings.keepUnreadable ? sql`${variant.finishReason} <> 'error'` : eq(variant.readable, true),
      ),
    )
    .orderBy(asc(variant.seq))
  const [first] = rows
  const chosen = first && choosePair(rows, first)
  if (!chosen) return
  const [a, b] = isTurned(promptId, settings) ? [chosen[1], chosen[0]] : chosen
  const quota = a.text === b.text ? 0 : (settings.votesPerPair ?? 1)
  await tx
    .insert(pair)
    .values({ id: newId('pair'), workspaceId, promptId, variantAId: a.id, variantBId: b.id, quota })
    .onConflictDoNothing({ target: pair.promptId })
}

/** With several models, no model's texts are always the first: the order must not tell who wrote them. */
function isTurned(promptId: string, { modelVersionIds }: BatchSettings): boolean {
  return modelVersionIds.length > 1 && promptId.charCodeAt(promptId.length - 1) % 2 === 1
}

/** The pairs of prompts that lack some of their answers, because the run that writes them has ended. */
export async function makeLatePairs(
  tx: Transaction,
  { workspaceId, batchId, settings }: Omit<Asked, 'promptId'> & { batchId: string },
): Promise<void> {
  const left = await tx
    .select({ id: prompt.id })
    .from(prompt)
    .leftJoin(pair, eq(pair.promptId, prompt.id))
    .where(and(eq(prompt.batchId, batchId), isNull(pair.id)))
    .orderBy(asc(prompt.seq))
  for (const { id } of left) await makePair(tx, { workspaceId, promptId: id, settings })
}
