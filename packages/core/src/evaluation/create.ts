import { createHash } from 'node:crypto'
import { evaluation, evaluationAnswer, newId, suite, suiteCase, type Transaction } from '@palate/db'
import type { GenerateItem, Sampling } from '@palate/protocol'
import { userMessage } from '@palate/recipe'
import { and, desc, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { chooseModel } from '../model/choose'
import { weightsOf } from '../model/find'
import { nextNumber } from '../next-number'
import { notify } from '../notify'
import { authorize } from '../permission'
import { type PersonaView, readPersonas } from '../persona/read'
import { createGenerateRun } from '../run/queue/create-generate'
import { chooseCases } from './choose-cases'
import { findStart } from './find-start'
import { type EvaluationView, readEvaluations } from './read'
import { CreateEvaluationInput } from './schemas'
import { seedSuite } from './seed-suite'

type AnswerRow = typeof evaluationAnswer.$inferInsert
type CaseRow = typeof suiteCase.$inferSelect

const rowsAtOnce = 500

/**
 * Creates an evaluation: one run answers the same cases with the same seeds, with the tuned model and with the one
 * that its training began with. The personas' newest versions are pinned, so a later edit does not change the scores.
 * @throws DomainError `not_found`, or `conflict` when there is no tuned model yet or a persona of the suite is missing
 */
export async function createEvaluation(
  ctx: ServiceContext,
  input: CreateEvaluationInput = {},
): Promise<EvaluationView> {
  authorize(ctx, 'evaluation:create')
  const { tunedModelVersionId, samplesPerCase, caseLimit, seed } = CreateEvaluationInput.parse(input)
  const { workspaceId } = ctx
  const sampling = { temperature: 0.7, topP: 0.95, maxTokens: 320, seed }
  return ctx.db.transaction(async (tx) => {
    const tuned = await chooseModel(tx, workspaceId, { use: 'evaluation', id: tunedModelVersionId })
    const base = await findStart(tx, workspaceId, tuned)
    const { suiteId, cases } = await readSuite(tx, ctx)
    const id = newId('eval')
    const number = await nextNumber(tx, evaluation, workspaceId)
    await tx.insert(evaluation).values({
      id,
      workspaceId,
      number,
      suiteId,
      baseModelVersionId: base.id,
      tunedModelVersionId: tuned.id,
      status: 'generating',
      samplesPerCase,
      sampling,
    })
    const personas = await readPersonas(tx, workspaceId, { withArchived: true })
    const { rows, items } = makeAnswers(chooseCases(cases, caseLimit), personas, {
      workspaceId,
      evaluationId: id,
      samplesPerCase,
      sampling,
    })
    for (let at = 0; at < rows.length; at += rowsAtOnce)
      await tx.insert(evaluationAnswer).values(rows.slice(at, at + rowsAtOnce))
    const run = await createGenerateRun(tx, ctx, {
      name: `evaluation ${number}`,
      seed,
      models: {
        base: await weightsOf(tx, base),
        tuned: await weightsOf(tx, tuned),
      },
      items,
      lineage: { evaluationId: id, suiteId, baseModelVersionId: base.id, tunedModelVersionId: tuned.id },
    })
    await tx.update(evaluation).set({ runId: run.id }).where(eq(evaluation.id, id))
    await audit(tx, ctx, 'evaluation.create', id, { number, answers: items.length })
    await notify(tx, { workspaceId, topic: 'evaluation', id })
    const [view] = await readEvaluations(tx, workspaceId, id)
    return required(view, 'This evaluation')
  })
}

/** The newest frozen suite of the workspace; without one, the default suite is added. */
async function readSuite(
  tx: Transaction,
  ctx: ServiceContext,
): Promise<{ suiteId: string; cases: CaseRow[] }> {
  const [newest] = await tx
    .select({ id: suite.id })
    .from(suite)
    .where(eq(suite.workspaceId, ctx.workspaceId))
    .orderBy(desc(suite.frozenAt))
    .limit(1)
  const suiteId = newest?.id ?? (await seedSuite(tx, ctx)).suiteId
  const cases = await tx
    .select()
    .from(suiteCase)
    .where(and(eq(suiteCase.workspaceId, ctx.workspaceId), eq(suiteCase.suiteId, suiteId)))
  return { suiteId, cases }
}

function makeAnswers(
  cases: CaseRow[],
  personas: PersonaView[],
  made: { workspaceId: string; evaluationId: string; samplesPerCase: number; sampling: Sampling },
): { rows: AnswerRow[]; items: GenerateItem[] } {
  const rows: AnswerRow[] = []
  const items: GenerateItem[] = []
  const { workspaceId, evaluationId, samplesPerCase, sampling } = made
  for (const testCase of cases) {
    const persona = personas.find(({ slug }) => slug === testCase.personaSlug)
    if (!persona) throw missingPersona(testCase.personaSlug)
    for (let sample = 1; sample <= samplesPerCase; sample += 1) {
      const seed = seedOf(sampling.seed ?? 0, testCase.key, sample)
      for (const side of ['base', 'tuned'] as const) {
        const id = newId('ans')
        rows.push({
          id,
          workspaceId,
          evaluationId,
          caseId: testCase.id,
          personaVersionId: persona.versionId,
          side,
          sample,
        })
        items.push({
          itemId: id,
          model: side,
          system: persona.systemPrompt,
          user: userMessage(testCase),
          sampling: { ...sampling, seed },
        })
      }
    }
  }
  return { rows, items }
}

/** A case's seeds do not depend on the other cases. */
function seedOf(seed: number, caseKey: string, sample: number): number {
  const digest = createHash('sha256').update(`${seed}/${caseKey}/${sample}`).digest()
  return digest.readUInt32BE(0) % 2 ** 31
}

function missingPersona(slug: string): DomainError {
  return new DomainError(
    'conflict',
    `The suite needs the persona "${slug}", which this workspace does not have.`,
    'Add a persona with this short name, or rename the one that had it.',
  )
}
