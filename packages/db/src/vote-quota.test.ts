import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { newId } from './id'
import { modelVersion, pair, prompt, run, variant, variantBatch, vote } from './schema'
import { createMember, createPersona, createTestDatabase, createWorkspace } from './testing'

const { all: db } = await createTestDatabase()

async function createPair(quota: number) {
  const { id: workspaceId, people } = await createWorkspace(db)
  const { versionId } = await createPersona(db, workspaceId)
  const ids = {
    run: newId('run'),
    model: newId('model'),
    batch: newId('batch'),
    prompt: newId('prompt'),
    a: newId('var'),
    b: newId('var'),
    pair: newId('pair'),
  }
  const file = { name: 'model.gguf', storageKey: 'x', sizeBytes: 1, sha256: 'x' }
  const sampling = { temperature: 1, topP: 1, maxTokens: 8 }
  await db.insert(run).values({
    id: ids.run,
    workspaceId,
    number: 1,
    name: 'r',
    kind: 'pretrain',
    status: 'finished',
    seed: 1,
    config: {},
  })
  await db.insert(modelVersion).values({
    id: ids.model,
    workspaceId,
    name: 'm',
    number: 1,
    kind: 'base',
    runId: ids.run,
    files: [],
    gguf: file,
  })
  const settings = {
    ...{ promptsPerPersona: 1, variantsPerPrompt: 2, modelVersionIds: [ids.model] },
    ...{ seed: 1, full: sampling, weak: sampling },
  }
  await db.insert(variantBatch).values({ id: ids.batch, workspaceId, number: 1, status: 'ready', settings })
  await db.insert(prompt).values({
    id: ids.prompt,
    workspaceId,
    batchId: ids.batch,
    personaVersionId: versionId,
    seq: 1,
    inventory: ['beans'],
    request: 'Dinner.',
  })
  for (const slot of ['a', 'b'] as const)
    await db.insert(variant).values({
      id: ids[slot],
      workspaceId,
      promptId: ids.prompt,
      seq: slot === 'a' ? 0 : 1,
      style: slot === 'a' ? 'full' : 'weak',
      modelVersionId: ids.model,
      personaVersionId: versionId,
      system: 's',
      sampling,
    })
  await db
    .insert(pair)
    .values({ id: ids.pair, workspaceId, promptId: ids.prompt, variantAId: ids.a, variantBId: ids.b, quota })
  return { workspaceId, people, pairId: ids.pair, personaVersionId: versionId }
}

const voteRow = (made: Awaited<ReturnType<typeof createPair>>, userId: string) => ({
  id: newId('vote'),
  workspaceId: made.workspaceId,
  pairId: made.pairId,
  source: 'person' as const,
  userId,
  personaVersionId: made.personaVersionId,
  choice: 'a' as const,
  shownOrder: 'ab' as const,
})

test('ten people at once, a quota of three: three votes are stored, seven are refused', async () => {
  const made = await createPair(3)
  const users = await Promise.all(
    Array.from({ length: 10 }, () => createMember(db, made.workspaceId, 'labeler')),
  )
  const results = await Promise.allSettled(
    users.map((userId) => db.insert(vote).values(voteRow(made, userId))),
  )
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3)
  const [row] = await db.select().from(pair).where(eq(pair.id, made.pairId))
  expect(row?.personVotes).toBe(3)
})

test('a superseded vote makes room for another, and a vote cannot be rewritten', async () => {
  const made = await createPair(1)
  const first = voteRow(made, made.people.labeler)
  await db.insert(vote).values(first)
  await expect(db.insert(vote).values(voteRow(made, made.people.owner))).rejects.toThrow()
  await expect(db.update(vote).set({ choice: 'b' }).where(eq(vote.id, first.id))).rejects.toThrow()
  await db.update(vote).set({ supersededAt: new Date() }).where(eq(vote.id, first.id))
  await db.insert(vote).values(voteRow(made, made.people.owner))
  const [row] = await db.select().from(pair).where(eq(pair.id, made.pairId))
  expect(row?.personVotes).toBe(1)
})
