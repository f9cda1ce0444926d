import {
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
} from '@palate/core/testing'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const deps = await createTestDeps()

test('two votes on a pair with room for one: the second gets a conflict that says what to do', async () => {
  const fixture = await createWorkspaceFixture(deps)
  await createModel(deps, fixture.workspaceId)
  await createVegan(fixture.engineer)
  await createAnsweredBatch(
    fixture.engineer,
    { promptsPerPersona: 1, datasetVersionId: null },
    ({ slot }) => `# ${slot}`,
  )
  const as = (userId: string) =>
    createCallerFactory(appRouter)({ deps, caller: { kind: 'user', userId }, workspace: fixture.workspaceId })
  const labelers = [as(fixture.people.labeler), as(fixture.people.engineer)] as const
  const [item] = await labelers[0].label.next({})
  const pairId = String(item?.pairId)
  // Both hold a claim, as they would after a change of the quota.
  await deps.owner`insert into pair_claim (pair_id, user_id, workspace_id, shown_order, expires_at)
    select pair_id, ${fixture.people.engineer}, workspace_id, shown_order, expires_at from pair_claim where pair_id = ${pairId}`
  const votes = await Promise.allSettled(labelers.map((one) => one.label.vote({ pairId, choice: 'left' })))
  const refused = votes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  expect(refused).toHaveLength(1)
  expect(refused[0]).toBeInstanceOf(TRPCError)
  expect(refused[0]).toMatchObject({
    code: 'CONFLICT',
    message: 'This pair has all the votes it needs.',
    cause: { remedy: 'Take the next one.' },
  })
})
