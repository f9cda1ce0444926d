import { pair, pairClaim, variant, vote } from '@palate/db'
import { createMember } from '@palate/db/testing'
import { and, eq, isNull } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import {
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
} from '../testing'
import { applyRules, castVote, getLabelSummary, nextPairs, skipPair, undoLast, undoRules } from './index'

const deps = await createTestDeps()

async function fixtureWithPairs(
  promptsPerPersona: number,
  { votesPerPair = 1, answer = (slot: string, id: string) => `# ${slot} ${id}` } = {},
) {
  const fixture = await createWorkspaceFixture(deps)
  await createModel(deps, fixture.workspaceId)
  await createVegan(fixture.engineer)
  const batch = await createAnsweredBatch(
    fixture.engineer,
    { promptsPerPersona, votesPerPair, datasetVersionId: null },
    ({ slot, id }) => answer(slot, id),
  )
  return { ...fixture, ...batch }
}

async function another(ctx: ServiceContext): Promise<ServiceContext> {
  const userId = await createMember(deps.all, ctx.workspaceId, 'labeler')
  return { ...ctx, role: 'labeler', actor: { kind: 'user', userId } }
}

async function labelAll(ctx: ServiceContext): Promise<string[]> {
  const done: string[] = []
  for (;;) {
    const [item] = await nextPairs(ctx)
    if (!item) return done
    await castVote(ctx, { pairId: item.pairId, choice: 'left' })
    done.push(item.pairId)
  }
}

async function standing(workspaceId: string) {
  return deps.all
    .select()
    .from(vote)
    .where(and(eq(vote.workspaceId, workspaceId), isNull(vote.supersededAt)))
}

test('over forty pairs both variants are on the left equally often, and the vote records the side', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(40)
  const items = []
  for (;;) {
    const more = await nextPairs(labeler, { count: 5 })
    if (more.length === 0) break
    for (const item of more) {
      await castVote(labeler, { pairId: item.pairId, choice: 'left', durationMs: 1200 })
      items.push(item)
      const sides = await deps.all
        .select({ order: pairClaim.shownOrder })
        .from(pairClaim)
        .where(eq(pairClaim.userId, labeler.actor.kind === 'user' ? labeler.actor.userId : ''))
      const ab = sides.filter(({ order }) => order === 'ab').length
      expect(Math.abs(2 * ab - sides.length)).toBeLessThanOrEqual(2)
    }
  }
  expect(items).toHaveLength(40)
  const votes = await standing(workspaceId)
  for (const { pairId, choice, shownOrder } of votes) {
    const item = items.find((each) => each.pairId === pairId)
    expect(choice).toBe(shownOrder === 'ab' ? 'a' : 'b')
    expect(item?.left.startsWith(`# ${choice} `)).toBe(true)
  }
  const left = votes.filter(({ choice }) => choice === 'a').length
  expect(left).toBeGreaterThanOrEqual(19)
  expect(left).toBeLessThanOrEqual(21)
})

test('what a labeler gets does not show variants, models or prompts', async () => {
  const { labeler, engineer } = await fixtureWithPairs(3, { answer: (slot) => `A soup. ${slot.repeat(3)}` })
  const [item] = await nextPairs(labeler)
  const rows = await deps.all.select().from(variant).where(eq(variant.workspaceId, engineer.workspaceId))
  const seen = JSON.stringify(item)
  for (const { id, modelVersionId, system, promptId } of rows)
    for (const secret of [id, modelVersionId, system, promptId]) expect(seen).not.toContain(secret)
  expect(Object.keys(item ?? {}).sort()).toEqual(
    ['expiresAt', 'inventory', 'left', 'pairId', 'persona', 'request', 'right'].sort(),
  )
  expect(seen).not.toMatch(/systemPrompt|slot|shownOrder|"order"/)
})

test('six people at once label each pair as often as its quota says, never more', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(12, { votesPerPair: 2 })
  const people = await Promise.all(Array.from({ length: 6 }, () => another(labeler)))
  const done = await Promise.all(people.map(labelAll))
  const rows = await deps.all.select().from(pair).where(eq(pair.workspaceId, workspaceId))
  expect(rows.every(({ personVotes, quota }) => personVotes <= quota)).toBe(true)
  const late = await labelAll(await another(labeler))
  const all = [...done.flat(), ...late]
  expect(all).toHaveLength(24)
  for (const { id } of rows) expect(all.filter((pairId) => pairId === id)).toHaveLength(2)
})

test('two people who claim at the same time never get the same pair', async () => {
  const { labeler } = await fixtureWithPairs(10)
  const [one, other] = [await another(labeler), await another(labeler)]
  const [mine, theirs] = await Promise.all([nextPairs(one, { count: 5 }), nextPairs(other, { count: 5 })])
  const ids = [...mine, ...theirs].map(({ pairId }) => pairId)
  expect(new Set(ids).size).toBe(10)
  const reload = await nextPairs(one, { count: 5 })
  expect(reload.map(({ pairId, left }) => [pairId, left])).toEqual(
    mine.map(({ pairId, left }) => [pairId, left]),
  )
})

test('the same choice twice is one vote; another choice supersedes it; a skipped pair is not shown again', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(2)
  const [item] = await nextPairs(labeler)
  const pairId = item?.pairId ?? ''
  const same = { pairId, choice: 'left' as const }
  const [first, second] = await Promise.all([castVote(labeler, same), castVote(labeler, same)])
  expect(second).toMatchObject({ voteId: first.voteId, superseded: false })
  const changed = await castVote(labeler, { pairId, choice: 'tie' }) // as a window that still shows the pair
  expect(changed).toMatchObject({ superseded: true, mine: 1, open: 1 })
  expect((await standing(workspaceId)).map(({ choice }) => choice)).toEqual(['tie'])
  const [next] = await nextPairs(labeler)
  expect(next?.pairId).not.toBe(pairId)
  await skipPair(labeler, { pairId: next?.pairId ?? '' })
  expect(await nextPairs(labeler, { count: 5 })).toEqual([])
  await expect(castVote(labeler, { pairId: next?.pairId ?? '', choice: 'left' })).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await nextPairs(await another(labeler))).toHaveLength(1)
})

test('an expired claim counts while the pair has room, and not after another person has taken it', async () => {
  const { labeler } = await fixtureWithPairs(1)
  const other = await another(labeler)
  const [item] = await nextPairs(labeler)
  const pairId = item?.pairId ?? ''
  expect(await nextPairs(other)).toEqual([])
  deps.advance(11 * 60_000)
  expect(await nextPairs(other)).toHaveLength(1)
  await expect(castVote(labeler, { pairId, choice: 'left' })).rejects.toMatchObject({ code: 'conflict' })
  await skipPair(other, { pairId })
  expect(await castVote(labeler, { pairId, choice: 'left' })).toMatchObject({ mine: 1, open: 0 })
  await expect(castVote(await another(labeler), { pairId, choice: 'left' })).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('undo returns the last pair as it was shown, for an hour', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(3)
  expect(await undoLast(labeler)).toBeNull()
  const [first, second] = await nextPairs(labeler, { count: 2 })
  await castVote(labeler, { pairId: first?.pairId ?? '', choice: 'left' })
  deps.advance(1000)
  await castVote(labeler, { pairId: second?.pairId ?? '', choice: 'right' })
  expect(await undoLast(labeler)).toMatchObject({ pairId: second?.pairId, left: second?.left })
  expect((await standing(workspaceId)).map(({ pairId }) => pairId)).toEqual([first?.pairId])
  expect(await castVote(labeler, { pairId: second?.pairId ?? '', choice: 'left' })).toMatchObject({ mine: 2 })
  expect(await deps.all.select().from(vote).where(eq(vote.workspaceId, workspaceId))).toHaveLength(3)
  deps.advance(61 * 60_000)
  expect(await undoLast(labeler)).toBeNull()
})

test('undo takes back the last action, also a skip, and then the vote before it', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(3)
  const [first, second] = await nextPairs(labeler, { count: 2 })
  await castVote(labeler, { pairId: first?.pairId ?? '', choice: 'left' })
  deps.advance(1000)
  await skipPair(labeler, { pairId: second?.pairId ?? '' })
  deps.advance(1000)
  expect(await undoLast(labeler)).toMatchObject({ pairId: second?.pairId, left: second?.left })
  expect(await standing(workspaceId)).toHaveLength(1)
  expect((await nextPairs(labeler, { count: 5 })).map(({ pairId }) => pairId)).toContain(second?.pairId)
  expect(await undoLast(labeler)).toMatchObject({ pairId: first?.pairId })
  expect(await standing(workspaceId)).toHaveLength(0)
})

test('a skip that another person has used up cannot be undone, and the vote before it stays', async () => {
  const { labeler, workspaceId } = await fixtureWithPairs(2)
  const [first, second] = await nextPairs(labeler, { count: 2 })
  await castVote(labeler, { pairId: first?.pairId ?? '', choice: 'left' })
  deps.advance(1000)
  await skipPair(labeler, { pairId: second?.pairId ?? '' })
  const other = await another(labeler)
  expect((await nextPairs(other)).map(({ pairId }) => pairId)).toEqual([second?.pairId])
  await expect(undoLast(labeler)).rejects.toMatchObject({ code: 'conflict' })
  expect(await standing(workspaceId)).toHaveLength(1)
})

test('two equal texts need no label', async () => {
  const { labeler } = await fixtureWithPairs(4, { answer: () => '# The same soup' })
  expect(await nextPairs(labeler, { count: 5 })).toEqual([])
  expect(await getLabelSummary(labeler)).toMatchObject({ pairs: 4, open: 0 })
})

const good =
  '# Beans\n20 min | serves 2 | mexican\n\n## Ingredients\n- 200 g beans\n- 1 avocado\n- 1 lime\n\n## Method\n1. Warm the beans.\n2. Slice the avocado.\n3. Serve with lime.'
const bad = good.replace('- 1 lime', '- 100 g cheese')

test('rules label each pair once, and votes of people are compared with them', async () => {
  const { engineer, labeler, batchId } = await fixtureWithPairs(6, {
    answer: (slot) => (slot === 'a' ? good : bad),
  })
  expect(await applyRules(engineer, { batchId })).toMatchObject({ labeled: 6, decided: 6, ties: 0 })
  expect(await applyRules(engineer)).toMatchObject({ labeled: 0, decided: 0, ties: 0 })
  const items = await nextPairs(labeler, { count: 4 })
  expect(items).toHaveLength(4)
  for (const [index, item] of items.entries()) {
    const goodSide = item.left === good ? 'left' : 'right'
    const badSide = goodSide === 'left' ? 'right' : 'left'
    const choice = (['tie', badSide, goodSide, goodSide] as const)[index] ?? 'tie'
    await castVote(labeler, { pairId: item.pairId, choice })
  }
  expect(await getLabelSummary(labeler)).toMatchObject({
    pairs: 6,
    open: 2,
    personVotes: 4,
    ruleVotes: 6,
    mine: 4,
    mineToday: 4,
    agreement: { same: 2, of: 3, both: 4 },
    byPersona: [{ slug: 'mexican-vegan', name: 'a Mexican vegan', pairs: 6, personVotes: 4, ruleVotes: 6 }],
  })
})

test('rules label only pairs without a vote of a person, unless asked, and can be taken back', async () => {
  const { engineer, labeler, workspaceId } = await fixtureWithPairs(6, {
    answer: (slot) => (slot === 'a' ? good : bad),
  })
  for (const item of await nextPairs(labeler, { count: 2 }))
    await castVote(labeler, { pairId: item.pairId, choice: 'left' })
  expect(await getLabelSummary(engineer)).toMatchObject({
    rules: { unlabeled: 4, peopleOnly: 2, last: null },
  })
  const first = await applyRules(engineer)
  expect(first).toMatchObject({ labeled: 4 })
  expect(await getLabelSummary(engineer)).toMatchObject({
    rules: { unlabeled: 0, peopleOnly: 2, last: { appliedAt: first.appliedAt, votes: 4 } },
  })
  deps.advance(1000)
  expect(await applyRules(engineer, { includeLabeled: true })).toMatchObject({ labeled: 2 })
  expect(await undoRules(engineer, { appliedAt: first.appliedAt })).toEqual({ undone: 4 })
  expect(await undoRules(engineer, { appliedAt: first.appliedAt })).toEqual({ undone: 0 })
  const sources = (await standing(workspaceId)).map(({ source }) => source).sort()
  expect(sources).toEqual(['person', 'person', 'rule', 'rule'])
})

test('"today" begins when the labeler\'s own day does', async () => {
  const { labeler } = await fixtureWithPairs(2)
  const at = (time: string): ServiceContext => ({ ...labeler, now: () => new Date(time) })
  // In Auckland, 13 hours ahead of UTC: the evening of March 1, and the morning after.
  for (const time of ['2026-03-01T07:00:00Z', '2026-03-01T19:00:00Z']) {
    const [item] = await nextPairs(at(time))
    await castVote(at(time), { pairId: item?.pairId ?? '', choice: 'left' })
  }
  const own = await getLabelSummary(at('2026-03-01T19:05:00Z'), { dayStart: '2026-03-01T11:00:00Z' })
  expect(own).toMatchObject({ mine: 2, mineToday: 1 })
})

test('rules applied at the same time label each pair once', async () => {
  const { engineer, workspaceId } = await fixtureWithPairs(5, {
    answer: (slot) => (slot === 'a' ? good : bad),
  })
  const results = await Promise.all([applyRules(engineer), applyRules(engineer), applyRules(engineer)])
  expect(results.reduce((sum, { labeled }) => sum + labeled, 0)).toBe(5)
  expect(await standing(workspaceId)).toHaveLength(5)
})

test('a viewer cannot label, a labeler cannot apply rules, a stranger gets no pair', async () => {
  const { viewer, labeler } = await fixtureWithPairs(1)
  const [item] = await nextPairs(labeler)
  const pairId = item?.pairId ?? ''
  const forbidden = [
    () => nextPairs(viewer),
    () => castVote(viewer, { pairId, choice: 'left' }),
    () => skipPair(viewer, { pairId }),
    () => undoLast(viewer),
    () => applyRules(viewer),
    () => applyRules(labeler),
    () => undoRules(labeler, { appliedAt: '2026-01-01T00:00:00.000Z' }),
  ]
  for (const act of forbidden) await expect(act()).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = (await createWorkspaceFixture(deps)).owner
  expect(await nextPairs(stranger, { count: 5 })).toEqual([])
  expect(await getLabelSummary(stranger)).toMatchObject({ pairs: 0, personVotes: 0 })
  for (const act of [
    () => castVote(stranger, { pairId, choice: 'left' }),
    () => skipPair(stranger, { pairId }),
    () => applyRules(stranger, { batchId: pairId }),
  ])
    await expect(act()).rejects.toMatchObject({ code: 'not_found' })
})
