import { evaluation, evaluationAnswer, newId, run, suite, suiteCase } from '@palate/db'
import type { GenerateItem } from '@palate/protocol'
import { sixCooks } from '@palate/recipe'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import { registerModelVersion } from '../model/register'
import { savePersona, seedPersonas } from '../persona'
import { settleRun } from '../run/state/settle'
import {
  createFinishedRun,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
} from '../testing'
import { chooseCases } from './choose-cases'
import {
  createEvaluation,
  getEvaluation,
  listAnswers,
  listEvaluations,
  scoreEvaluation,
  seedSuite,
} from './index'
import { receiveAnswer } from './receive-answer'

const deps = await createTestDeps()

const good =
  '# Beans\n20 min | serves 2 | mexican\n\n## Ingredients\n- 200 g black beans\n- 1 avocado\n- 1 lime\n\n## Method\n1. Warm the beans.\n2. Slice the avocado.\n3. Serve with lime.'
const withCheese = good.replace('- 1 lime', '- 1 lime\n- 100 g cheese')
const withoutAvocado = good
  .replace('- 1 avocado', '- 1 onion')
  .replace('Slice the avocado', 'Slice the onion')
const noRecipe = 'I would rather not cook today.'

/** Four cases with known answers; their figures below are computed by hand. */
const known: Record<string, { base: string; tuned: string; winner: string }> = {
  'k-1': { base: withCheese, tuned: good, winner: 'tuned' },
  'k-2': { base: withCheese, tuned: withCheese, winner: 'tie' },
  'k-3': { base: good, tuned: withoutAvocado, winner: 'base' },
  'k-4': { base: noRecipe, tuned: good, winner: 'tuned' },
}

async function fixtureWithModels() {
  const fixture = await createWorkspaceFixture(deps)
  const base = await createModel(deps, fixture.workspaceId)
  const tuned = await createModel(deps, fixture.workspaceId, base)
  return { ...fixture, base, tuned }
}

async function fixtureWithKnownSuite() {
  const fixture = await fixtureWithModels()
  const persona = await createVegan(fixture.engineer)
  const suiteId = newId('suite')
  const { workspaceId } = fixture
  await deps.all.insert(suite).values({ id: suiteId, workspaceId, name: 'Known', sha256: suiteId })
  await deps.all.insert(suiteCase).values(
    Object.keys(known).map((key, index) => ({
      id: newId('case'),
      workspaceId,
      suiteId,
      key,
      category: index < 2 ? 'constraint_stress' : 'basic_alignment',
      personaSlug: 'mexican-vegan',
      inventory: ['black beans', 'avocado', 'cheese'],
      request: 'Dinner.',
    })),
  )
  return { ...fixture, persona }
}

async function answerAll(ctx: ServiceContext, evaluationId: string, left = 0) {
  const asked = await deps.all
    .select({ id: evaluationAnswer.id, side: evaluationAnswer.side, key: suiteCase.key })
    .from(evaluationAnswer)
    .innerJoin(suiteCase, eq(suiteCase.id, evaluationAnswer.caseId))
    .where(eq(evaluationAnswer.evaluationId, evaluationId))
  const [made] = await deps.all
    .select({ run })
    .from(run)
    .innerJoin(evaluation, eq(evaluation.runId, run.id))
    .where(eq(evaluation.id, evaluationId))
  if (!made) throw new Error('the evaluation has a run')
  await deps.all.transaction(async (tx) => {
    for (const { id, side, key } of asked.slice(left))
      await receiveAnswer(tx, ctx, made.run.id, {
        type: 'generation',
        itemId: id,
        text: known[key]?.[side] ?? '',
        tokens: 1,
        finishReason: 'stop',
        durationMs: 1,
      })
    await settleRun(tx, ctx, { ...made.run, status: 'finished' })
  })
}

test('the suite is added once, with all cases', async () => {
  const { owner, workspaceId } = await createWorkspaceFixture(deps)
  const first = await deps.all.transaction((tx) => seedSuite(tx, owner))
  expect(await deps.all.transaction((tx) => seedSuite(tx, owner))).toEqual(first)
  expect(await deps.all.$count(suiteCase, eq(suiteCase.workspaceId, workspaceId))).toBe(sixCooks.cases.length)
})

test('a few cases cover all personas and categories, always the same ones', () => {
  const cases = sixCooks.cases.map(({ id, category, persona }) => ({
    key: id,
    category,
    personaSlug: persona,
  }))
  const few = chooseCases(cases, 12)
  expect(few).toEqual(chooseCases([...cases].reverse(), 12))
  expect(new Set(few.map(({ personaSlug }) => personaSlug)).size).toBe(6)
  expect(new Set(few.map(({ category }) => category)).size).toBe(4)
  expect(new Set(chooseCases(cases).map(({ key }) => key)).size).toBe(cases.length)
})

test('both sides get the same cases with the same seeds and the personas of that time', async () => {
  const { owner, base, tuned } = await fixtureWithModels()
  await deps.all.transaction((tx) => seedPersonas(tx, owner))
  const made = await createEvaluation(owner, { caseLimit: 6, samplesPerCase: 2, seed: 5 })
  expect(made).toMatchObject({
    number: 1,
    status: 'generating',
    suite: { name: 'Six cooks' },
    base: { id: base.id },
    tuned: { id: tuned.id },
    answers: 0,
    expected: 24,
  })
  const [order] = await deps.all
    .select()
    .from(run)
    .where(eq(run.id, made.run?.id ?? ''))
  const file = order?.inputs.find(({ name }) => name === 'items.jsonl')
  const chunks = await (await deps.storage.stream(file?.storageKey ?? '')).toArray()
  const items: GenerateItem[] = Buffer.concat(chunks)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const asked = (side: string) =>
    items
      .filter(({ model }) => model === side)
      .map(({ system, user, sampling }) => JSON.stringify({ system, user, sampling }))
  expect(asked('base')).toEqual(asked('tuned'))
  expect(new Set(asked('base')).size).toBe(12)
  expect(order?.config).toMatchObject({
    models: {
      base: { base: 'base.gguf', adapter: null },
      tuned: { base: 'base.gguf', adapter: 'adapter.gguf' },
    },
  })
})

test('a model that was trained further is compared with what its training began with', async () => {
  const { owner, workspaceId, base, tuned } = await fixtureWithModels()
  await deps.all.transaction((tx) => seedPersonas(tx, owner))
  const further = await createFinishedRun(deps, workspaceId, {
    kind: 'dpo',
    lineage: { baseModelVersionId: base.id, adapterModelVersionId: tuned.id },
  })
  const row = await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, further))
  const made = await createEvaluation(owner, { caseLimit: 6, tunedModelVersionId: row?.id })
  expect(made).toMatchObject({ base: { id: tuned.id }, tuned: { id: row?.id } })
  const [order] = await deps.all
    .select()
    .from(run)
    .where(eq(run.id, made.run?.id ?? ''))
  expect(order?.config).toMatchObject({
    models: {
      base: { base: 'base.gguf', adapter: 'adapter.gguf' },
      tuned: { base: 'base.gguf', adapter: 'adapter-2.gguf' },
    },
  })
})

test('known answers give the figures computed by hand', async () => {
  const { engineer } = await fixtureWithKnownSuite()
  const { id } = await createEvaluation(engineer, { samplesPerCase: 1 })
  await answerAll(engineer, id)
  expect(await getEvaluation(engineer, { id })).toMatchObject({ status: 'scoring', answers: 8, expected: 8 })
  const [job] =
    await deps.owner`select count(*)::int as jobs from graphile_worker.jobs where key = ${`score:${id}`}`
  expect(job?.jobs).toBe(1)
  await scoreEvaluation(engineer, { evaluationId: id })
  const { status, summary } = await getEvaluation(engineer, { id })
  expect(status).toBe('ready')
  expect(summary).toMatchObject({
    base: { violations: { value: 50, n: 4 }, ingredientUse: { value: 75 }, format: { value: 75 } },
    tuned: { violations: { value: 25, n: 4 }, ingredientUse: { value: 75 }, format: { value: 100 } },
    difference: { violations: { value: -25 }, ingredientUse: { value: 0 }, format: { value: 25 } },
    winRate: { value: 62.5, wins: 2, ties: 1, losses: 1 },
    byCategory: {
      basic_alignment: { n: 2, base: { violations: { value: 0 } }, winRate: { value: 50 } },
      constraint_stress: { n: 2, tuned: { violations: { value: 50 } }, winRate: { value: 75 } },
    },
  })
  // Wilson's 95 % interval of 1 in 4, from Newcombe's tables: 4.56 to 69.94 per cent.
  expect(summary?.tuned.violations.low).toBeCloseTo(4.56, 1)
  expect(summary?.tuned.violations.high).toBeCloseTo(69.94, 1)
  expect(summary?.difference.violations.low).toBeLessThan(-25)
  expect(summary?.difference.violations.high).toBeGreaterThan(-25)
})

test('scored answers are listed side by side, by outcome and category, in pages', async () => {
  const { engineer } = await fixtureWithKnownSuite()
  const { id: evaluationId } = await createEvaluation(engineer, { samplesPerCase: 1 })
  expect(await listAnswers(engineer, { evaluationId })).toEqual({ items: [], nextCursor: null })
  await answerAll(engineer, evaluationId)
  await scoreEvaluation(engineer, { evaluationId })
  const all = await listAnswers(engineer, { evaluationId })
  expect(all.items.map(({ caseKey, winner }) => [caseKey, winner])).toEqual(
    Object.entries(known).map(([key, { winner }]) => [key, winner]),
  )
  expect(all.items[0]).toMatchObject({
    persona: { slug: 'mexican-vegan' },
    base: { text: withCheese, formatOk: true, findings: [{ line: '100 g cheese' }] },
    tuned: { findings: [], usedShare: { used: 2, allowed: 2 } },
  })
  const better = await listAnswers(engineer, { evaluationId, outcome: 'better', limit: 1 })
  expect(better.items.map(({ caseKey }) => caseKey)).toEqual(['k-1'])
  const rest = await listAnswers(engineer, { evaluationId, outcome: 'better', cursor: better.nextCursor })
  expect(rest).toMatchObject({ items: [{ caseKey: 'k-4' }], nextCursor: null })
  const stress = await listAnswers(engineer, { evaluationId, category: 'constraint_stress' })
  expect(stress.items.map(({ caseKey }) => caseKey)).toEqual(['k-1', 'k-2'])
})

test('a persona that changes after the start does not change the scores', async () => {
  const { engineer, persona } = await fixtureWithKnownSuite()
  const { id } = await createEvaluation(engineer, { samplesPerCase: 1 })
  const body = { ...persona.body, diets: [], forbidden: [] }
  await savePersona(engineer, { id: persona.id, slug: persona.slug, body })
  await answerAll(engineer, id)
  await scoreEvaluation(engineer, { evaluationId: id })
  expect((await getEvaluation(engineer, { id })).summary?.base.violations.value).toBe(50)
})

test('simultaneous calls score once; missing answers fail the evaluation with their number', async () => {
  const { engineer } = await fixtureWithKnownSuite()
  const whole = await createEvaluation(engineer, { samplesPerCase: 1 })
  await answerAll(engineer, whole.id)
  await Promise.all([1, 2, 3].map(() => scoreEvaluation(engineer, { evaluationId: whole.id })))
  const scored = await deps.all.$count(
    evaluationAnswer,
    and(eq(evaluationAnswer.evaluationId, whole.id), eq(evaluationAnswer.formatOk, true)),
  )
  expect(scored).toBe(7)
  const torn = await createEvaluation(engineer, { samplesPerCase: 1 })
  await answerAll(engineer, torn.id, 3)
  await scoreEvaluation(engineer, { evaluationId: torn.id })
  expect(await getEvaluation(engineer, { id: torn.id })).toMatchObject({
    status: 'failed',
    error: '3 of 8 answers are missing. Start the evaluation again.',
    summary: null,
  })
})

test('a missing model or persona is an error', async () => {
  const { engineer, workspaceId } = await createWorkspaceFixture(deps)
  await expect(createEvaluation(engineer)).rejects.toMatchObject({ code: 'conflict' })
  const base = await createModel(deps, workspaceId)
  await expect(createEvaluation(engineer, { tunedModelVersionId: base.id })).rejects.toMatchObject({
    code: 'invalid',
  })
  await createModel(deps, workspaceId, base)
  await expect(createEvaluation(engineer)).rejects.toMatchObject({
    message: expect.stringContaining('The suite needs the persona'),
  })
})

test('a viewer cannot create an evaluation, and a stranger cannot read one', async () => {
  const { engineer, viewer, labeler, tuned } = await fixtureWithKnownSuite()
  const { id } = await createEvaluation(engineer)
  for (const ctx of [viewer, labeler]) {
    await expect(createEvaluation(ctx)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(scoreEvaluation(ctx, { evaluationId: id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await listEvaluations(viewer)).toHaveLength(1)
  const stranger = (await createWorkspaceFixture(deps)).owner
  expect(await listEvaluations(stranger)).toEqual([])
  for (const act of [
    () => getEvaluation(stranger, { id }),
    () => listAnswers(stranger, { evaluationId: id }),
    () => scoreEvaluation(stranger, { evaluationId: id }),
    () => createEvaluation(stranger, { tunedModelVersionId: tuned.id }),
  ])
    await expect(act()).rejects.toMatchObject({ code: 'not_found' })
})
