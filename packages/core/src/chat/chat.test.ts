import { WEAK_PROMPT } from '@palate/recipe'
import { expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import { listDeployments, saveDeployment } from '../deployment'
import { archivePersona } from '../persona'
import { createModel, createTestDeps, createVegan, createWorkspaceFixture } from '../testing'
import {
  getChatInfo,
  getServing,
  getTurn,
  giveFeedback,
  listFeedback,
  listServedModels,
  prepareChat,
  storeTurn,
} from './index'

const deps = await createTestDeps()
let names = 0

async function openWorkspace() {
  const fixture = await createWorkspaceFixture(deps)
  const base = await createModel(deps, fixture.workspaceId)
  const tuned = await createModel(deps, fixture.workspaceId, base)
  const persona = await createVegan(fixture.engineer)
  names += 1
  const slug = `stack-${names}`
  deps.advance(1000)
  const deployment = await saveDeployment(fixture.engineer, {
    slug,
    title: 'Palate',
    modelVersionId: tuned.id,
  })
  return { ...fixture, base, tuned, persona, slug, deployment }
}

const question = {
  persona: 'mexican-vegan',
  inventory: [' black beans ', 'lime'],
  request: 'Something quick',
}

async function cook(slug: string, visitorId: string) {
  const prepared = await prepareChat(deps, { slug, ...question })
  const turn = {
    turnId: prepared.turnId,
    workspaceId: prepared.workspaceId,
    deploymentId: prepared.deployment.id,
    modelVersionId: prepared.model.modelVersionId,
    personaVersionId: prepared.personaVersionId,
    visitorId,
    inventory: prepared.inventory,
    request: prepared.request,
    sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 },
    text: '# Beans\u0000',
    finishReason: 'stop',
    completionTokens: 12,
    durationMs: 800.4,
  }
  await storeTurn(deps, turn)
  await storeTurn(deps, { ...turn, text: 'another text' })
  return prepared.turnId
}

test('a question becomes the persona’s prompt and the weights of the deployment', async () => {
  const { slug, tuned, base, persona, workspaceId, deployment } = await openWorkspace()
  const prepared = await prepareChat(deps, { slug, ...question })
  expect(prepared).toMatchObject({
    workspaceId,
    deployment: { id: deployment.id, slug },
    model: {
      modelVersionId: tuned.id,
      base: { sha256: base.gguf.sha256 },
      adapter: { sha256: tuned.gguf.sha256 },
    },
    personaVersionId: persona.versionId,
    messages: [
      { role: 'system', content: persona.systemPrompt },
      { role: 'user', content: 'I have black beans and lime. Something quick.' },
    ],
  })
  expect(prepared.messages[0]?.content).not.toBe(WEAK_PROMPT)
  await expect(prepareChat(deps, { slug, ...question, persona: 'unknown' })).rejects.toMatchObject({
    code: 'invalid',
  })
  await expect(prepareChat(deps, { ...question, slug: 'nothing-here' })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(prepareChat(deps, { slug, ...question, inventory: [] })).rejects.toThrow()
  await expect(prepareChat(deps, { slug, ...question, inventory: ['Bleach'] })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/“bleach” is not food/),
  })
})

test('the chat shows the deployment that changed last, and none that is inactive', async () => {
  const first = await openWorkspace()
  const second = await openWorkspace()
  expect(await getChatInfo(deps, {})).toMatchObject({
    slug: second.slug,
    model: { name: 'tuned', number: 1 },
  })
  expect(await getChatInfo(deps, { slug: first.slug })).toEqual({
    slug: first.slug,
    title: 'Palate',
    model: { name: 'tuned', number: 1, kind: 'adapter' },
    personas: [
      {
        slug: 'mexican-vegan',
        name: 'a Mexican vegan',
        diets: ['vegan'],
        cuisines: ['mexican'],
        forbidden: ['chicken', 'cheese'],
      },
    ],
  })
  await archivePersona(first.engineer, { id: first.persona.id })
  expect((await getChatInfo(deps, { slug: first.slug }))?.personas).toEqual([])
  const { id, slug, model } = second.deployment
  await saveDeployment(second.engineer, { id, slug, title: 'Off', modelVersionId: model.id, active: false })
  expect(await getChatInfo(deps, { slug })).toBeNull()
  await expect(getServing(deps, slug)).rejects.toMatchObject({ code: 'not_found' })
  expect((await listServedModels(deps)).map((each) => each.slug)).not.toContain(slug)
})

test('a public name is unique over all workspaces, with allowed characters only', async () => {
  const { slug, engineer, tuned, base, deployment } = await openWorkspace()
  const other = await openWorkspace()
  const wanted = { title: 'X', modelVersionId: other.tuned.id }
  await expect(saveDeployment(other.engineer, { ...wanted, slug })).rejects.toMatchObject({
    code: 'conflict',
  })
  for (const bad of ['Palate', 'a', '-a', 'a--b', 'a/b', 'a b', ''])
    await expect(saveDeployment(other.engineer, { ...wanted, slug: bad })).rejects.toThrow()
  const foreign = { slug: 'fresh-name', title: 'X', modelVersionId: tuned.id }
  await expect(saveDeployment(other.engineer, foreign)).rejects.toMatchObject({ code: 'not_found' })
  await expect(
    saveDeployment(other.engineer, { ...wanted, slug: 'fresh-name', id: deployment.id }),
  ).rejects.toMatchObject({ code: 'not_found' })
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () =>
      saveDeployment(engineer, { slug: `${slug}-race`, title: 'X', modelVersionId: base.id }),
    ),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const moved = await saveDeployment(engineer, {
    id: deployment.id,
    slug,
    title: 'Y',
    modelVersionId: base.id,
  })
  expect(moved).toMatchObject({ id: deployment.id, title: 'Y', model: { id: base.id } })
})

test('an answer is stored once, readable with its link, and does not show who asked', async () => {
  const { slug } = await openWorkspace()
  const turnId = await cook(slug, 'visitor-one')
  const turn = await getTurn(deps, { turnId })
  expect(turn).toMatchObject({
    text: '# Beans',
    inventory: ['black beans', 'lime'],
    persona: { slug: 'mexican-vegan' },
    deployment: { slug },
  })
  expect(JSON.stringify(turn)).not.toMatch(/visitor/)
  await expect(getTurn(deps, { turnId: 'turn_unknown' })).rejects.toMatchObject({ code: 'not_found' })
})

test('an answer has one thumb, which only its visitor can change or remove', async () => {
  const { slug, viewer, labeler, engineer } = await openWorkspace()
  const counts = async (ctx: ServiceContext) => {
    const [{ turns, up, down } = { turns: 0, up: 0, down: 0 }] = await listDeployments(ctx)
    return { turns, up, down }
  }
  const turnId = await cook(slug, 'visitor-one')
  await cook(slug, 'visitor-two')
  await giveFeedback(deps, { turnId, visitorId: 'visitor-one', thumb: 'up' })
  await giveFeedback(deps, { turnId, visitorId: 'visitor-one', thumb: 'down' })
  await expect(giveFeedback(deps, { turnId, visitorId: 'visitor-two', thumb: 'up' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect(await counts(viewer)).toEqual({ turns: 2, up: 0, down: 1 })
  expect(await listFeedback(labeler)).toMatchObject([
    { thumb: 'down', turn: { id: turnId, deployment: slug, persona: { slug: 'mexican-vegan' } } },
  ])
  expect(await giveFeedback(deps, { turnId, visitorId: 'visitor-one', thumb: null })).toEqual({ thumb: null })
  expect(await counts(engineer)).toEqual({ turns: 2, up: 0, down: 0 })
  const stranger = (await createWorkspaceFixture(deps)).owner
  expect(await listFeedback(stranger)).toEqual([])
  expect(await listDeployments(stranger)).toEqual([])
})
