import { expect, test } from 'vitest'
import { createModel, createTestDeps, createVegan, createWorkspaceFixture } from '../testing'
import { getRunLineage } from './lineage'
import { insertRun } from './queue/insert'

const deps = await createTestDeps()

test('the lineage of a run names its sources and skips what it does not know', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { engineer } = fixture
  const model = await createModel(deps, fixture.workspaceId)
  const persona = await createVegan(engineer)
  const make = (lineage: Record<string, unknown>) =>
    deps.all.transaction((tx) =>
      insertRun(tx, engineer, { kind: 'dpo', name: 'r', seed: 1, config: {}, inputs: [], lineage }),
    )
  const { id } = await make({
    ...{ baseModelVersionId: model.id, personaVersionIds: [persona.versionId], batchIds: ['gone'] },
    ...{ pairs: { decided: 7, ties: 2, person: 7, judge: 0, rule: 0 }, votes: { count: 9, sha256: 'x' } },
  })
  expect(await getRunLineage(fixture.viewer, { id })).toEqual({
    sources: [
      { kind: 'base', id: model.id, name: `${model.name} v${model.number}` },
      { kind: 'persona', id: persona.id, name: expect.stringMatching(/ v1$/) },
    ],
    externalBase: null,
    counts: { pairs: 7, ties: 2, votes: 9 },
  })
  const external = await make({ base: 'org/model', examples: 40 })
  expect(await getRunLineage(fixture.viewer, { id: external.id })).toMatchObject({
    ...{ sources: [], externalBase: 'org/model', counts: { examples: 40 } },
  })
  const stranger = await createWorkspaceFixture(deps)
  await expect(getRunLineage(stranger.owner, { id })).rejects.toMatchObject({ code: 'not_found' })
})
