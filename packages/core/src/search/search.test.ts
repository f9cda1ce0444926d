import { expect, test } from 'vitest'
import { savePersona } from '../persona/save'
import { createRun } from '../run/create'
import { createAgent, createModel, createTestDeps, createWorkspaceFixture } from '../testing'
import { search } from './search'

const deps = await createTestDeps()

const persona = (name: string) => ({
  slug: name.toLowerCase().replaceAll(' ', '-'),
  body: {
    ...{ name, cuisines: [], flavors: [], style: '', diets: [], forbidden: [], preferred: [] },
    systemPrompt: null,
  },
})

test('finds things of every kind by their words, in any order, newest first', async () => {
  const { viewer, engineer, workspaceId } = await createWorkspaceFixture(deps)
  await createRun(engineer, { kind: 'pretrain', name: 'smoky first', config: {} })
  await createRun(engineer, { kind: 'pretrain', name: 'smoky second', config: {} })
  await savePersona(engineer, persona('Smoky Cook'))
  await createModel(deps, workspaceId)
  await createAgent(deps, workspaceId, 'smoky machine')
  const found = await search(viewer, { text: 'SMOKY' })
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([
    ['run', 'smoky second'],
    ['run', 'smoky first'],
    ['persona', 'Smoky Cook'],
    ['agent', 'smoky machine'],
  ])
  expect((await search(viewer, { text: 'second run' })).map(({ name }) => name)).toEqual(['smoky second'])
  expect((await search(viewer, { text: 'model' })).map(({ kind }) => kind)).toContain('model')
})

test('finds nothing of another workspace, and at most five of a kind', async () => {
  const { viewer, engineer } = await createWorkspaceFixture(deps)
  const other = await createWorkspaceFixture(deps)
  for (let count = 0; count < 6; count += 1)
    await createRun(engineer, { kind: 'pretrain', name: 'quiet', config: {} })
  expect(await search(viewer, { text: 'quiet' })).toHaveLength(5)
  expect(await search(other.viewer, { text: 'quiet' })).toEqual([])
})

test('reads % and _ as they stand', async () => {
  const { viewer, engineer } = await createWorkspaceFixture(deps)
  await createRun(engineer, { kind: 'pretrain', name: 'plain', config: {} })
  expect(await search(viewer, { text: '%' })).toEqual([])
  expect(await search(viewer, { text: 'pl_in' })).toEqual([])
})
