import { pair, prompt, run, variant, variantBatch } from '@palate/db'
import { isForbidden, personaPrompt, personaRules, WEAK_PROMPT } from '@palate/recipe'
import { asc, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { settleRun } from '../run/state/settle'
import {
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVariantFixture,
  createVegan,
  createWorkspaceFixture,
  readGenerateItems,
  vegan,
} from '../testing'
import { createBatch, failBatch, fillBatch, getBatch, listBatches, listPairs } from './index'
import { makePrompts } from './make-prompts'
import { receiveVariant } from './receive-variant'

const deps = await createTestDeps()

const examples = [
  {
    title: 'Stew',
    ingredients: ['1 carrot', '2 potatoes', '1 onion', '200 g lentils', '100 g cheddar'],
    directions: ['Cook.'],
  },
  {
    title: 'Salad',
    ingredients: ['1 cucumber', '2 tomatoes', '1 red onion', '50 g feta'],
    directions: ['Mix.'],
  },
]

test('prompts are reproducible by seed, all different, and half contain an ingredient that the persona forbids', () => {
  for (const given of [[], examples]) {
    const made = makePrompts(vegan, 60, 7, given)
    expect(made).toEqual(makePrompts(vegan, 60, 7, given))
    expect(made).not.toEqual(makePrompts(vegan, 60, 8, given))
    expect(new Set(made.map((each) => JSON.stringify(each))).size).toBe(60)
    const rules = personaRules(vegan)
    const tempting = made.filter(({ inventory }) => inventory.some((item) => isForbidden(item, rules)))
    expect(tempting).toHaveLength(30)
  }
})

test('with a dataset, prompts use the ingredients of its recipes', () => {
  const known = ['carrot', 'potato', 'onion', 'lentil', 'cheddar', 'cucumber', 'tomato', 'feta']
  const ofExamples = makePrompts(vegan, 40, 7, examples).filter(({ inventory }) =>
    inventory.every((item) => known.some((name) => item.includes(name))),
  )
  expect(ofExamples.length).toBeGreaterThanOrEqual(15)
  const ofPantry = makePrompts(vegan, 40, 7, []).filter(({ inventory }) =>
    inventory.every((item) => known.some((name) => item.includes(name))),
  )
  expect(ofPantry.length).toBeLessThan(5)
})

test('a batch is filled once, with several variants for each prompt, the last under the weak prompt', async () => {
  const { engineer, model, persona } = await createVariantFixture(deps)
  const made = await createBatch(engineer, {
    promptsPerPersona: 3,
    variantsPerPrompt: 3,
    datasetVersionId: null,
  })
  expect(made).toMatchObject({ number: 1, status: 'preparing', expected: 9, prompts: 0, run: null })
  const [job] =
    await deps.owner`select count(*)::int as jobs from graphile_worker.jobs where key = ${`batch:${made.id}`}`
  expect(job?.jobs).toBe(1)
  await fillBatch(engineer, { batchId: made.id, examples: [] })
  await fillBatch(engineer, { batchId: made.id, examples: [] })
  const batch = await getBatch(engineer, { id: made.id })
  expect(batch).toMatchObject({ status: 'generating', prompts: 3, answers: 0, expected: 9, pairs: 0 })
  const items = await readGenerateItems(deps, batch.run?.id ?? '')
  expect(items).toHaveLength(9)
  expect(items[0]).toMatchObject({
    system: personaPrompt(persona.body),
    sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 },
  })
  expect(items[1]).toMatchObject({ system: personaPrompt(persona.body), sampling: { temperature: 0.7 } })
  expect(items[2]).toMatchObject({ system: WEAK_PROMPT, sampling: { temperature: 0.9 } })
  expect(items[2]?.user).toBe(items[0]?.user)
  expect(new Set(items.map(({ sampling }) => sampling.seed)).size).toBe(9)
  const [generate] = await deps.all
    .select()
    .from(run)
    .where(eq(run.id, batch.run?.id ?? ''))
  expect(generate?.inputs.find(({ name }) => name === 'base.gguf')?.sha256).toBe(model.gguf.sha256)
})

const recipe = (title: string, ...ingredients: string[]) =>
  `# ${title}\n\n## Ingredients\n${ingredients.map((name) => `- 1 ${name}`).join('\n')}\n\n## Method\n1. Cook ${ingredients.join(' and ')}.`

test('the pair is made when all variants are there; it has the two that differ in the rules, and none that is unreadable', async () => {
  const { engineer } = await createVariantFixture(deps)
  const texts = [
    recipe('Beans', 'tomato', 'black beans'),
    recipe('Rice', 'tomato', 'rice'),
    'soup soup soup soup soup soup soup',
    recipe('Chicken', 'chicken', 'rice'),
  ]
  const input = { promptsPerPersona: 2, variantsPerPrompt: 4, keepUnreadable: false, datasetVersionId: null }
  const { batchId } = await createAnsweredBatch(engineer, input, ({ seq }) => texts[seq] ?? '')
  expect(await getBatch(engineer, { id: batchId })).toMatchObject({ answers: 8, unreadable: 2, pairs: 2 })
  const { items } = await listPairs(engineer, { batchId })
  expect(items[0]).toMatchObject({ b: texts[3], origin: { a: { style: 'full' }, b: { style: 'weak' } } })
  expect(texts.slice(0, 2)).toContain(items[0]?.a)

  const gibberish = await createVariantFixture(deps)
  const none = await createAnsweredBatch(gibberish.engineer, input, () => 'la la la')
  expect(await getBatch(gibberish.engineer, { id: none.batchId })).toMatchObject({ unreadable: 8, pairs: 0 })
})

test('variants arrive in any order and more than once; an answer that failed is in no pair', async () => {
  const { engineer } = await createVariantFixture(deps)
  const { id: batchId } = await createBatch(engineer, {
    ...{ promptsPerPersona: 2, variantsPerPrompt: 2, keepUnreadable: true, datasetVersionId: null },
  })
  await fillBatch(engineer, { batchId, examples: [] })
  const { run: made } = await getBatch(engineer, { id: batchId })
  const [row] = await deps.all
    .select()
    .from(run)
    .where(eq(run.id, made?.id ?? ''))
  if (!row) throw new Error('the batch has a run')
  const asked = await deps.all
    .select()
    .from(variant)
    .innerJoin(prompt, eq(prompt.id, variant.promptId))
    .where(eq(prompt.batchId, batchId))
    .orderBy(asc(prompt.seq), asc(variant.seq))
  const [a1, b1, a2, b2] = asked.map((each) => each.variant.id)
  const receive = (itemId: string | undefined, text: string, finishReason: 'stop' | 'error' = 'stop') =>
    deps.all.transaction((tx) =>
      receiveVariant(tx, engineer, row.id, {
        type: 'generation',
        itemId: itemId ?? '',
        text,
        tokens: 3,
        finishReason,
        durationMs: 1,
      }),
    )
  await receive(b1, 'weak\u0000 soup')
  expect(await getBatch(engineer, { id: batchId })).toMatchObject({ answers: 1, pairs: 0 })
  await receive(a1, 'full soup')
  await receive(a1, 'another soup')
  await receive(b2, 'weak', 'error')
  await receive(a2, 'full')
  await receive('var_unknown', 'nothing')
  expect(await getBatch(engineer, { id: batchId })).toMatchObject({ answers: 4, pairs: 1 })
  const page = await listPairs(engineer, { batchId })
  expect(page.items).toMatchObject([{ seq: 1, a: 'full soup', b: 'weak soup', votes: [] }])
  expect(page.nextCursor).toBeNull()

  const stranger = await createVariantFixture(deps)
  await deps.all.transaction((tx) =>
    receiveVariant(tx, stranger.engineer, row.id, {
      type: 'generation',
      itemId: a2 ?? '',
      text: 'forged',
      tokens: 1,
      finishReason: 'stop',
      durationMs: 1,
    }),
  )
  await deps.all.transaction((tx) => settleRun(tx, engineer, { ...row, status: 'finished' }))
  await deps.all.transaction((tx) => settleRun(tx, engineer, { ...row, status: 'failed' }))
  expect(await getBatch(engineer, { id: batchId })).toMatchObject({ status: 'ready', error: null })
  expect(await deps.all.select().from(variant).where(eq(variant.text, 'forged'))).toEqual([])
})

test('a run that fails or is canceled ends its batch with the same status and the reason, and its answers make pairs', async () => {
  const { engineer } = await createVariantFixture(deps)
  for (const status of ['failed', 'canceled'] as const) {
    const { id } = await createBatch(engineer, { promptsPerPersona: 1, datasetVersionId: null })
    await fillBatch(engineer, { batchId: id, examples: [] })
    const { run: made } = await getBatch(engineer, { id })
    const failure = { code: 'out_of_memory' as const, message: 'Memory ran out.', remedy: 'Use less.' }
    const [row] = await deps.all
      .update(run)
      .set({ failure })
      .where(eq(run.id, made?.id ?? ''))
      .returning()
    if (!row) throw new Error('the batch has a run')
    const [first, second] = await deps.all
      .select()
      .from(variant)
      .innerJoin(prompt, eq(prompt.id, variant.promptId))
      .where(eq(prompt.batchId, id))
      .orderBy(asc(variant.seq))
    const written = { type: 'generation' as const, tokens: 3, finishReason: 'stop' as const, durationMs: 1 }
    await deps.all.transaction(async (tx) => {
      for (const [index, each] of [first, second].entries())
        await receiveVariant(tx, engineer, row.id, {
          ...written,
          itemId: each?.variant.id ?? '',
          text: recipe(`Stew ${index}`, 'carrot'),
        })
    })
    expect(await getBatch(engineer, { id })).toMatchObject({ answers: 2, pairs: 0 })
    await deps.all.transaction((tx) => settleRun(tx, engineer, { ...row, status }))
    expect(await getBatch(engineer, { id })).toMatchObject({ answers: 2, pairs: 1 })
    expect(await getBatch(engineer, { id })).toMatchObject({
      status,
      error: status === 'failed' ? 'Memory ran out.' : null,
    })
  }
})

test('pairs are listed in pages, each once', async () => {
  const { engineer } = await createVariantFixture(deps)
  const { batchId } = await createAnsweredBatch(
    engineer,
    { promptsPerPersona: 7, datasetVersionId: null },
    ({ id }) => id,
  )
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listPairs>> = await listPairs(engineer, {
      batchId,
      cursor,
      limit: 3,
    })
    seen.push(...page.items.map(({ seq }) => seq))
    cursor = page.nextCursor
  } while (cursor)
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(await deps.all.$count(pair, eq(pair.workspaceId, engineer.workspaceId))).toBe(7)
})

test('a missing model or persona is an error before anything is created', async () => {
  const { engineer, workspaceId } = await createWorkspaceFixture(deps)
  await expect(createBatch(engineer, { datasetVersionId: null })).rejects.toMatchObject({
    code: 'conflict',
    remedy: 'Add a model, or train the starter model.',
  })
  await createModel(deps, workspaceId)
  await expect(createBatch(engineer)).rejects.toMatchObject({ message: 'There is no persona yet.' })
  await createVegan(engineer)
  const batch = await createBatch(engineer)
  await failBatch(engineer, { batchId: batch.id, error: 'The dataset cannot be read.' })
  expect(await getBatch(engineer, { id: batch.id })).toMatchObject({
    status: 'failed',
    error: 'The dataset cannot be read.',
  })
})

test('a viewer cannot create a batch; a stranger cannot read one or use objects of another workspace', async () => {
  const { viewer, labeler, engineer, model, persona } = await createVariantFixture(deps)
  const { id } = await createBatch(engineer, { promptsPerPersona: 1, datasetVersionId: null })
  for (const ctx of [viewer, labeler]) {
    await expect(createBatch(ctx)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(fillBatch(ctx, { batchId: id, examples: [] })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(failBatch(ctx, { batchId: id, error: 'no' })).rejects.toMatchObject({ code: 'forbidden' })
  }
  const stranger = await createVariantFixture(deps)
  expect(await listBatches(stranger.owner)).toEqual([])
  const found = [
    () => getBatch(stranger.owner, { id }),
    () => listPairs(stranger.owner, { batchId: id }),
    () => fillBatch(stranger.owner, { batchId: id, examples: [] }),
    () => createBatch(stranger.owner, { modelVersionIds: [model.id] }),
    () => createBatch(stranger.owner, { personaIds: [persona.id] }),
    () => createBatch(stranger.owner, { datasetVersionId: 'dver_other' }),
  ]
  for (const act of found) await expect(act()).rejects.toMatchObject({ code: 'not_found' })
  await failBatch(stranger.owner, { batchId: id, error: 'no' })
  expect((await deps.all.select().from(variantBatch).where(eq(variantBatch.id, id)))[0]?.error).toBeNull()
})
