import { expect, test } from 'vitest'
import { createModel, createTestDeps, createWorkspaceFixture } from '../testing'
import { chooseModel, listModelChoices, pickDefault, type Usable, whyNot } from './choose'
import { ModelUse } from './schemas'

const deps = await createTestDeps()

const model = (id: string, made: Partial<Usable>) => ({
  id,
  ...{ kind: 'base' as const, madeBy: 'import' as const, notServable: null },
  ...made,
})
const broken = 'Its answers differ from those of the trainer.'

test('each use takes what it can use, without a choice', () => {
  const newestFirst = [
    model('thumbs', { kind: 'adapter', madeBy: 'kto' }),
    model('voted', { kind: 'adapter', madeBy: 'dpo' }),
    model('unservable', { notServable: broken }),
    model('recipes', { kind: 'adapter', madeBy: 'sft' }),
    model('published', {}),
  ]
  const defaults = ModelUse.options.map((use) => [use, pickDefault(use, newestFirst)?.id])
  expect(Object.fromEntries(defaults)).toEqual({
    'fine-tuning': 'published',
    preference: 'recipes',
    variants: 'recipes',
    evaluation: 'thumbs',
    deployment: 'thumbs',
  })
  expect(ModelUse.options.map((use) => pickDefault(use, []))).toEqual(ModelUse.options.map(() => null))
})

test('a model that cannot be served may only be trained on, and a base cannot be evaluated', () => {
  const uses = (made: Partial<Usable>) => ModelUse.options.filter((use) => !whyNot(use, model('m', made)))
  expect(uses({ notServable: broken })).toEqual(['fine-tuning', 'preference'])
  expect(uses({ notTrainable: broken })).toEqual(['variants', 'deployment'])
  expect(uses({})).toEqual(['fine-tuning', 'preference', 'variants', 'deployment'])
  expect(uses({ kind: 'adapter', madeBy: 'sft' })).toEqual([...ModelUse.options])
})

test('forms list every model of the workspace, with the reason where one cannot be chosen, and the API takes the same', async () => {
  const { workspaceId, viewer } = await createWorkspaceFixture(deps)
  const older = await createModel(deps, workspaceId)
  const adapter = await createModel(deps, workspaceId, older)
  const newer = await createModel(deps, workspaceId)
  const { models, defaultId } = await listModelChoices(viewer, { use: 'evaluation' })
  expect(models.map(({ id }) => id)).toEqual([newer.id, adapter.id, older.id])
  expect(models.map(({ reason }) => reason === null)).toEqual([false, true, false])
  expect(defaultId).toBe(adapter.id)
  const choose = (id?: string) => chooseModel(deps.all, workspaceId, { use: 'evaluation', id })
  expect((await choose()).id).toBe(adapter.id)
  await expect(choose(newer.id)).rejects.toMatchObject({ code: 'invalid' })
  const stranger = await createWorkspaceFixture(deps)
  await expect(
    chooseModel(deps.all, stranger.workspaceId, { use: 'variants', id: newer.id }),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
})
