import { cancelPush, listPushes, pushModel, type ServiceContext } from '@palate/core'
import { createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { expect, test } from 'vitest'
import { startTestHub, until } from '../testing/hub'
import { startOllama } from '../testing/ollama'
import { createStoredModel } from '../testing/stored-model'

const { deps } = await startTestHub()
const fixture = await createWorkspaceFixture(deps)
await createVegan(fixture.engineer)
const base = await createStoredModel(deps, fixture.workspaceId, undefined, 2 * 1024 * 1024)
const adapter = await createStoredModel(deps, fixture.workspaceId, base)

/** The push once it has this status. */
const reach = (ctx: ServiceContext, id: string, pushId: string, ...statuses: string[]) =>
  until(async () =>
    (await listPushes(ctx, { id })).find((one) => one.id === pushId && statuses.includes(one.status)),
  )

test('a push ends with the model in the Ollama, with the prompt of a persona', async () => {
  const ollama = await startOllama()
  const { id } = await pushModel(fixture.engineer, {
    ...{ id: adapter.id, address: `${ollama.origin}/`, name: 'taste:v1', persona: 'mexican-vegan' },
  })
  expect(await reach(fixture.viewer, adapter.id, id, 'finished', 'failed')).toMatchObject({
    ...{ status: 'finished', error: null, address: ollama.origin },
    progress: { stage: 'create', line: 'success' },
  })
  expect(ollama.created).toMatchObject([
    {
      model: 'taste:v1',
      files: { 'starter-v1.gguf': `sha256:${base.gguf.sha256}` },
      adapters: { 'tuned-v1-adapter.gguf': `sha256:${adapter.gguf.sha256}` },
      system: expect.stringMatching(/^You cook for a Mexican vegan\./),
      parameters: { temperature: 0.7 },
    },
  ])
  expect(ollama.blobs.size).toBe(2)
})

test('the same push at the same time is one; what failed says why and is pushed again', async () => {
  let refuses = true
  const ollama = await startOllama({
    'GET /api/version': (_, response) =>
      refuses ? response.writeHead(403).end() : response.end('{"version":"0.12.0"}'),
  })
  const wanted = { id: base.id, address: ollama.origin, name: 'starter' }
  const both = await Promise.all([pushModel(fixture.owner, wanted), pushModel(fixture.engineer, wanted)])
  expect(new Set(both.map(({ id }) => id)).size).toBe(1)
  expect(await reach(fixture.viewer, base.id, both[0].id, 'failed')).toMatchObject({
    error: `${ollama.origin} refuses the hub (HTTP 403). Let the hub’s machine through: OLLAMA_ORIGINS, or the reverse proxy before it.`,
  })
  refuses = false
  const { id } = await pushModel(fixture.engineer, wanted)
  expect(id).not.toBe(both[0].id)
  await reach(fixture.viewer, base.id, id, 'finished')
})

test('a running push is canceled, and one that waits for it ends at once', async () => {
  const ollama = await startOllama({ 'POST /api/blobs': (request) => void request.pause() })
  const push = (name: string) => pushModel(fixture.engineer, { id: base.id, address: ollama.origin, name })
  const running = await push('first')
  await until(() => ollama.requests.includes('POST /api/blobs'))
  const waiting = await push('second')
  expect(await cancelPush(fixture.engineer, { pushId: waiting.id })).toMatchObject({ status: 'canceled' })
  expect(await cancelPush(fixture.engineer, { pushId: running.id })).toMatchObject({ canceling: true })
  expect(await reach(fixture.viewer, base.id, running.id, 'canceled')).toMatchObject({ error: null })
  expect(ollama.created).toEqual([])
  expect(
    (await listPushes(fixture.viewer, { id: base.id })).find(({ id }) => id === waiting.id),
  ).toMatchObject({
    ...{ status: 'canceled', progress: null },
  })
})

test('pushes have a limit, and only people who may deploy can begin or cancel them', async () => {
  const ollama = await startOllama({ 'GET /api/version': () => undefined })
  const wanted = { id: base.id, address: ollama.origin, name: 'cook' }
  const stranger = (await createWorkspaceFixture(deps)).owner
  await expect(pushModel(stranger, wanted)).rejects.toMatchObject({ code: 'not_found' })
  for (const ctx of [fixture.viewer, fixture.labeler])
    await expect(pushModel(ctx, wanted)).rejects.toMatchObject({ code: 'forbidden' })
  const open = []
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    open.push(await pushModel(fixture.engineer, { ...wanted, name }))
  await expect(pushModel(fixture.engineer, wanted)).rejects.toMatchObject({
    ...{ code: 'conflict', message: '5 pushes of this workspace are waiting or running.' },
  })
  const pushId = open[0]?.id ?? ''
  await expect(cancelPush(stranger, { pushId })).rejects.toMatchObject({ code: 'not_found' })
  await expect(cancelPush(fixture.viewer, { pushId })).rejects.toMatchObject({ code: 'forbidden' })
  for (const { id } of open) await cancelPush(fixture.owner, { pushId: id })
  for (const { id } of open) await reach(fixture.viewer, base.id, id, 'canceled')
})

test.each([
  ['ftp://host', /Use the address of an Ollama/],
  ['http://user:secret@host:11434', /may hold no password/],
  ['http://host:11434/v1', /Use the address of an Ollama/],
  ['host:11434', /Use the address of an Ollama/],
  ['file:///etc/passwd', /Use the address of an Ollama/],
])('%s is no address', async (address, message) => {
  await expect(pushModel(fixture.engineer, { id: base.id, address, name: 'cook' })).rejects.toThrow(message)
})
