import {
  type Database,
  type PersonaBody,
  pair,
  pairClaim,
  persona,
  personaVersion,
  prompt,
  type Transaction,
  variant,
} from '@palate/db'
import { and, eq, inArray } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

/** A pair as its judge sees it: nothing in it says which text came from which prompt or model. */
export interface LabelItem {
  pairId: string
  left: string
  right: string
  persona: { slug: string; name: string; body: Omit<PersonaBody, 'systemPrompt'> }
  inventory: string[]
  request: string
  expiresAt: Date
}

const a = alias(variant, 'a')
const b = alias(variant, 'b')

/** The claimed pairs in the given order, each side where the person's claim put it. */
export async function readItems(
  tx: Database | Transaction,
  userId: string,
  pairIds: string[],
): Promise<LabelItem[]> {
  if (pairIds.length === 0) return []
  const rows = await tx
    .select({
      pairId: pair.id,
      a: a.text,
      b: b.text,
      order: pairClaim.shownOrder,
      slug: persona.slug,
      body: personaVersion.body,
      inventory: prompt.inventory,
      request: prompt.request,
      expiresAt: pairClaim.expiresAt,
    })
    .from(pairClaim)
    .innerJoin(pair, eq(pair.id, pairClaim.pairId))
    .innerJoin(prompt, eq(prompt.id, pair.promptId))
    .innerJoin(personaVersion, eq(personaVersion.id, prompt.personaVersionId))
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .innerJoin(a, eq(a.id, pair.variantAId))
    .innerJoin(b, eq(b.id, pair.variantBId))
    .where(and(eq(pairClaim.userId, userId), inArray(pairClaim.pairId, pairIds)))
  return pairIds.flatMap((id) => {
    const row = rows.find(({ pairId }) => pairId === id)
    if (!row) return []
    const { a, b, order, slug, body, ...shown } = row
    const { systemPrompt: _, ...visible } = body
    const [left, right] = order === 'ab' ? [a, b] : [b, a]
    return [
      { ...shown, left: left ?? '', right: right ?? '', persona: { slug, name: body.name, body: visible } },
    ]
  })
}
