import { createHash } from 'node:crypto'
import { newId, pair, personaVersion, variant, vote } from '@palate/db'
import { createMember } from '@palate/db/testing'
import { personaPrompt } from '@palate/recipe'
import { asc, desc, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { savePersona } from '../../persona/save'
import {
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
  type WorkspaceFixture,
} from '../../testing'
import { createRun } from '../create'
import { getReadiness } from '../readiness'
import type { ActiveVote } from './decide-pair'
import { decidePair } from './decide-pair'
import { buildPreferenceRows } from './preference-rows'

const deps = await createTestDeps()

type Cast = { source: ActiveVote['source']; choice: ActiveVote['choice']; superseded?: true }
const person = (choice: ActiveVote['choice']): Cast => ({ source: 'person', choice })
const rule = (choice: ActiveVote['choice']): Cast => ({ source: 'rule', choice })
const judge = (choice: ActiveVote['choice']): Cast => ({ source: 'judge', choice })

test.each<[string, Cast[], string | null]>([
  ['no votes', [], null],
  ['one person', [person('b')], 'person b 1'],
  ['a person against the rule', [rule('a'), person('b')], 'person b 1'],
  ['a judge against the rule', [rule('a'), judge('b')], 'judge b 1'],
  ['a person who chose a tie, against the rule', [person('tie'), rule('a')], 'person null 0'],
  ['two of three people', [person('a'), person('b'), person('a')], `person a ${2 / 3}`],
  ['a tie between people', [person('a'), person('b'), judge('a')], 'person null 0'],
  ['a tie does not count against the winner', [person('tie'), person('a')], 'person a 1'],
  ['both bad', [rule('both_bad')], 'rule null 0'],
])('%s: %s', (_name, casts, expected) => {
  const verdict = decidePair(casts.map((cast, index) => ({ id: `vote_${index}`, ...cast })))
  expect(verdict && `${verdict.source} ${verdict.winner} ${verdict.share}`).toBe(expected)
})

async function createPairs(fixture: WorkspaceFixture, promptsPerPersona: number) {
  const model = await createModel(deps, fixture.workspaceId)
  const { batchId } = await createAnsweredBatch(
    fixture.engineer,
    { modelVersionIds: [model.id], promptsPerPersona, seed: 3 },
    ({ slot, promptId }) => `# ${slot} ${promptId}`,
  )
  await deps.all.update(pair).set({ quota: 9 }).where(eq(pair.workspaceId, fixture.workspaceId))
  const pairs = await deps.all
    .select()
    .from(pair)
    .where(eq(pair.workspaceId, fixture.workspaceId))
    .orderBy(asc(pair.id))
  return { model, batchId, pairs }
}

async function castVotes(fixture: WorkspaceFixture, pairId: string, personaVersionId: string, casts: Cast[]) {
  for (const { source, choice, superseded } of casts)
    await deps.all.insert(vote).values({
      id: newId('vote'),
      workspaceId: fixture.workspaceId,
      pairId,
      source,
      userId: source === 'person' ? await createMember(deps.all, fixture.workspaceId, 'labeler') : null,
      personaVersionId,
      choice,
      shownOrder: 'ab',
      supersededAt: superseded ? deps.now() : null,
    })
}

test('rows have the full prompt of the persona version of the vote', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const persona = await createVegan(fixture.engineer)
  const { pairs, batchId } = await createPairs(fixture, 4)
  const [first, second, third, fourth] = pairs
  if (!first || !second || !third || !fourth) throw new Error('too few pairs')
  await castVotes(fixture, first.id, persona.versionId, [person('b'), rule('a')])
  await castVotes(fixture, second.id, persona.versionId, [person('a'), person('b'), person('a')])
  await castVotes(fixture, third.id, persona.versionId, [{ ...rule('a'), superseded: true }, rule('tie')])
  await savePersona(fixture.engineer, {
    id: persona.id,
    slug: persona.slug,
    body: { ...persona.body, forbidden: ['everything'] },
  })

  const made = await buildPreferenceRows(fixture.engineer, deps.all, {})
  expect(made.counts).toEqual({ decided: 2, ties: 1, person: 2, judge: 0, rule: 0 })
  expect(made.voteIds).toHaveLength(3)
  expect(made.personaVersionIds).toEqual([persona.versionId])
  expect(made.batchIds).toEqual([batchId])
  const [row] = made.rows.filter(({ pairId }) => pairId === first.id)
  const [old] = await deps.all.select().from(personaVersion).where(eq(personaVersion.id, persona.versionId))
  expect(row?.system).toBe(personaPrompt(old?.body ?? persona.body))
  expect(row?.system).not.toContain('everything')
  expect(row?.user).toMatch(/^I have .+\. .+/)
  const [b] = await deps.all.select().from(variant).where(eq(variant.id, first.variantBId))
  expect(row).toMatchObject({ chosen: b?.text, weight: 1 })
  expect(row?.rejected).toMatch(/^# a /)
  expect(made.rows.find(({ pairId }) => pairId === second.id)?.weight).toBeCloseTo(2 / 3)
  expect(await buildPreferenceRows(fixture.engineer, deps.all, {})).toEqual(made)

  const rulesOnly = await buildPreferenceRows(fixture.engineer, deps.all, { sources: ['rule'] })
  expect(rulesOnly.counts).toMatchObject({ decided: 1, ties: 1, rule: 1 })
  const otherBatch = await buildPreferenceRows(fixture.engineer, deps.all, { batchIds: ['batch_x'] })
  expect(otherBatch.rows).toEqual([])
  const stranger = await createWorkspaceFixture(deps)
  expect((await buildPreferenceRows(stranger.engineer, deps.all, { batchIds: [batchId] })).rows).toEqual([])
})

test('a preference training has its pairs, the base model and the ids of its votes', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const persona = await createVegan(fixture.engineer)
  const start = () => createRun(fixture.engineer, { kind: 'dpo', config: {} })
  await expect(start()).rejects.toMatchObject({ code: 'conflict', message: 'There is no model yet.' })
  const { model, pairs } = await createPairs(fixture, 3)
  await expect(start()).rejects.toMatchObject({ code: 'invalid' })
  expect(await getReadiness(fixture.viewer)).toMatchObject({
    pairs: { decided: 0 },
    hasModel: true,
  })
  for (const { id } of pairs) await castVotes(fixture, id, persona.versionId, [person('a')])

  const made = await start()
  expect(made).toMatchObject({ kind: 'dpo', status: 'queued', name: 'preference' })
  const rows = await deps.all
    .select({ id: vote.id })
    .from(vote)
    .where(eq(vote.workspaceId, fixture.workspaceId))
    .orderBy(desc(vote.id))
  const sorted = rows.map(({ id }) => id).sort()
  const sha256 = createHash('sha256').update(sorted.join('\n')).digest('hex')
  expect(made.lineage).toMatchObject({
    baseModelVersionId: model.id,
    votes: { count: 3, sha256 },
    pairs: { decided: 3, person: 3 },
  })
  const { storageKey } = made.lineage.votes as { storageKey: string }
  expect(JSON.parse(await readObject(storageKey))).toEqual(sorted)
  const stored = await deps.all.query.run.findFirst({ where: (table) => eq(table.id, made.id) })
  expect(stored?.inputs.map(({ name }) => name)).toEqual([
    ...model.files.map(({ name }) => name),
    'pairs.jsonl',
  ])
  const lines = await readObject(stored?.inputs.at(-1)?.storageKey ?? '')
  expect(lines.trim().split('\n')).toHaveLength(3)
  const adapter = await createModel(deps, fixture.workspaceId, model)
  const onAdapter = { kind: 'dpo', config: {}, baseModelVersionId: adapter.id } as const
  const further = await createRun(fixture.engineer, onAdapter)
  expect(further.lineage).toMatchObject({
    baseModelVersionId: model.id,
    adapterModelVersionId: adapter.id,
  })
  const given = await deps.all.query.run.findFirst({ where: (table) => eq(table.id, further.id) })
  expect(given?.inputs.map(({ name }) => name)).toEqual([
    ...model.files.map(({ name }) => name),
    ...adapter.files.map(({ name }) => name),
    'pairs.jsonl',
  ])
  const foreign = await createModel(deps, (await createWorkspaceFixture(deps)).workspaceId)
  await expect(
    createRun(fixture.engineer, { kind: 'dpo', config: {}, baseModelVersionId: foreign.id }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

async function readObject(key: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of await deps.storage.stream(key)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
