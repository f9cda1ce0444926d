import {
  type Database,
  pair,
  persona,
  personaVersion,
  prompt,
  type Transaction,
  type VariantStyle,
  variant,
} from '@palate/db'
import { eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

const a = alias(variant, 'variant_a')
const b = alias(variant, 'variant_b')

/**
 * Every pair with its prompt, the persona version of the prompt, and its two texts, as a relation to select from.
 * It spans all workspaces: the caller filters by `workspaceId`, by `batchId`, or by ids that it has checked.
 */
export function pairTexts(tx: Database | Transaction) {
  return tx
    .select({
      pairId: pair.id,
      workspaceId: pair.workspaceId,
      batchId: prompt.batchId,
      seq: prompt.seq,
      inventory: prompt.inventory,
      request: prompt.request,
      personaVersionId: prompt.personaVersionId,
      slug: persona.slug,
      body: personaVersion.body,
      a: sql<string>`coalesce(${a.text}, '')`.as('a'),
      b: sql<string>`coalesce(${b.text}, '')`.as('b'),
      /** Under which prompt each was written. */
      aStyle: sql<VariantStyle>`${a.style}`.as('a_style'),
      bStyle: sql<VariantStyle>`${b.style}`.as('b_style'),
      aModelId: sql<string>`${a.modelVersionId}`.as('a_model_id'),
      bModelId: sql<string>`${b.modelVersionId}`.as('b_model_id'),
    })
    .from(pair)
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .innerJoin(a, eq(a.id, pair.variantAId))
    .innerJoin(b, eq(b.id, pair.variantBId))
    .as('pair_text')
}
