import { expect, test } from 'vitest'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { createRun } from './create'

const deps = await createTestDeps()

test('a seed that is not given is drawn for each run, and one that is given is kept', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const create = (seed?: number) => createRun(engineer, { kind: 'pretrain', config: {}, seed })
  const drawn = [await create(), await create(), await create()].map(({ seed }) => seed)
  expect(new Set(drawn).size).toBe(3)
  expect(drawn.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  expect((await create(0)).seed).toBe(0)
})
