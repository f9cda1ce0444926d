import {
  type Database,
  evaluation,
  evaluationAnswer,
  type PersonaBody,
  persona,
  personaVersion,
  suiteCase,
  type Transaction,
} from '@palate/db'
import { and, asc, eq } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

type AnswerRow = typeof evaluationAnswer.$inferSelect

export interface AnswerPair {
  caseKey: string
  category: string
  slug: string
  body: PersonaBody
  inventory: string[]
  request: string
  sample: number
  base: AnswerRow
  tuned: AnswerRow
}

const base = alias(evaluationAnswer, 'base')
const tuned = alias(evaluationAnswer, 'tuned')

/** The answer pairs of an evaluation, ordered by case and sample. */
export async function readAnswerPairs(
  tx: Database | Transaction,
  workspaceId: string,
  evaluationId: string,
  { category, offset = 0, limit }: { category?: string; offset?: number; limit?: number } = {},
): Promise<AnswerPair[]> {
  const query = tx
    .select({
      caseKey: suiteCase.key,
      category: suiteCase.category,
      slug: persona.slug,
      body: personaVersion.body,
      inventory: suiteCase.inventory,
      request: suiteCase.request,
      sample: base.sample,
      base,
      tuned,
    })
    .from(base)
    .innerJoin(evaluation, eq(evaluation.id, base.evaluationId))
    .innerJoin(
      tuned,
      and(
        eq(tuned.evaluationId, base.evaluationId),
        eq(tuned.caseId, base.caseId),
        eq(tuned.sample, base.sample),
        eq(tuned.side, 'tuned'),
      ),
    )
    .innerJoin(suiteCase, eq(suiteCase.id, base.caseId))
    .innerJoin(personaVersion, eq(personaVersion.id, base.personaVersionId))
    .innerJoin(persona, eq(persona.id, personaVersion.personaId))
    .where(
      and(
        eq(evaluation.workspaceId, workspaceId),
        eq(base.evaluationId, evaluationId),
        eq(base.side, 'base'),
        category ? eq(suiteCase.category, category) : undefined,
      ),
    )
    .orderBy(asc(suiteCase.key), asc(base.sample))
    .offset(offset)
  return limit === undefined ? query : query.limit(limit)
}
