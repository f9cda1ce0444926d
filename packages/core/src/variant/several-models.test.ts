import { run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { nextPairs } from '../label'
import {
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
} from '../testing'
import { createBatch, getBatch, listPairs } from './index'

const deps = await createTestDeps()

const recipe = (title: string, ...ingredients: string[]) =>
  `# ${title}\n\n## Ingredients\n${ingredients.map((name) => `- 1 ${name}`).join('\n')}\n\n## Method\n1. Cook.`

async function fixtureWithModels() {
  const fixture = await createWorkspaceFixture(deps)
  await createVegan(fixture.engineer)
  const base = await createModel(deps, fixture.workspaceId)
  const tuned = await createModel(deps, fixture.workspaceId, base)
  const other = await createModel(deps, fixture.workspaceId)
  return { ...fixture, base, tuned, other }
}

test('every chosen model answers each prompt, a pair may be of two of them, and labelers do not learn who wrote what', async () => {
  const { engineer, labeler, tuned, other } = await fixtureWithModels()
  const modelVersionIds = [tuned.id, other.id]
  const input = { modelVersionIds, promptsPerPersona: 6, variantsPerPrompt: 2, datasetVersionId: null }
  const { batchId } = await createAnsweredBatch(engineer, input, ({ modelVersionId, seq }) =>
    modelVersionId === tuned.id
      ? recipe('Beans', 'beans', `rice ${seq}`)
      : recipe('Hen', 'chicken', `rice ${seq}`),
  )
  const batch = await getBatch(engineer, { id: batchId })
  expect(batch.models.map(({ id }) => id)).toEqual(modelVersionIds)
  expect(batch).toMatchObject({ prompts: 6, answers: 24, expected: 24, pairs: 6 })
  const [work] = await deps.all
    .select()
    .from(run)
    .where(eq(run.id, batch.run?.id ?? ''))
  // The database keeps the keys of an object in an order of its own.
  expect(Object.keys(work?.config.models ?? {}).sort()).toEqual([...modelVersionIds].sort())
  expect(work?.lineage).toMatchObject({ modelVersionIds })

  const { items } = await listPairs(engineer, { batchId })
  for (const { origin } of items)
    expect(new Set([origin?.a.modelVersionId, origin?.b.modelVersionId])).toEqual(new Set(modelVersionIds))
  const seen = JSON.stringify([await listPairs(labeler, { batchId }), await nextPairs(labeler, { count: 5 })])
  for (const id of modelVersionIds) expect(seen).not.toContain(id)
  expect(seen).not.toContain('"weak"')
})

test('without a choice the newest model that has not learned from votes writes; each model counts once', async () => {
  const { engineer, base, tuned, other } = await fixtureWithModels()
  expect((await createBatch(engineer)).models).toMatchObject([{ id: other.id }])
  const twice = await createBatch(engineer, { modelVersionIds: [base.id, tuned.id, base.id] })
  expect(twice.models).toMatchObject([{ id: base.id }, { id: tuned.id }])
})
