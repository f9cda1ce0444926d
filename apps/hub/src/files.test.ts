import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { createRun, createUpload } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { describe, expect, it } from 'vitest'
import { connectAgent } from './testing/agent'
import { listStore, startTestHub, until } from './testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const put = (path: string, token: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  fetch(test.origin + path, {
    method: 'PUT',
    headers: { ...bearer(token), ...headers },
    body: Buffer.from(body),
  })

describe('an upload', () => {
  it('is stored once, when it has arrived completely', async () => {
    const bytes = randomBytes(700_000)
    const { uploadId, url, token } = await createUpload(fixture.engineer, {
      filename: 'recipes.csv',
      sizeBytes: bytes.length,
    })
    const response = await put(url, token, bytes)
    expect(await response.json()).toEqual({ uploadId, sizeBytes: bytes.length, sha256: sha256(bytes) })
    const again = await put(url, token, bytes)
    expect([again.status, await again.json()]).toMatchObject([409, { error: { code: 'conflict' } }])
  })

  it('that is interrupted leaves no files, and can be sent again', async () => {
    const bytes = randomBytes(900_000)
    const { url, token } = await createUpload(fixture.engineer, {
      filename: 'a.csv',
      sizeBytes: bytes.length,
    })
    const before = await listStore(test)
    const headers = { ...bearer(token), 'content-length': bytes.length }
    const cut = request(test.origin + url, { method: 'PUT', headers })
    const broken = new Promise((resolve) => cut.on('error', resolve))
    cut.write(bytes.subarray(0, 400_000))
    await until(async () => (await listStore(test)).length > before.length)
    cut.destroy()
    await broken
    await until(async () => (await listStore(test)).join() === before.join())
    expect((await put(url, token, bytes)).status).toBe(200)
  })

  it('that is longer or shorter than announced is refused and leaves no files', async () => {
    const before = await listStore(test)
    for (const [announced, sent] of [
      [1000, 300_000],
      [300_000, 1000],
    ] as const) {
      const { url, token } = await createUpload(fixture.engineer, { filename: 'a.csv', sizeBytes: announced })
      const response = await put(url, token, randomBytes(sent))
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { code: 'invalid', message: expect.stringMatching(new RegExp(`${announced}`)) } },
      ])
    }
    expect(await listStore(test)).toEqual(before)
  })

  it('needs the ticket of the same upload', async () => {
    const one = await createUpload(fixture.engineer, { filename: 'a.csv', sizeBytes: 3 })
    const two = await createUpload(fixture.engineer, { filename: 'a.csv', sizeBytes: 3 })
    expect((await put(one.url, two.token, Buffer.from('abc'))).status).toBe(403)
    expect((await put(one.url, 'forged', Buffer.from('abc'))).status).toBe(401)
    expect((await fetch(test.origin + one.url, { method: 'PUT', body: 'abc' })).status).toBe(401)
  })
})

describe('an attempt', () => {
  it('can fetch its inputs, and no other files', async () => {
    const agent = await connectAgent(test.origin, fixture.owner)
    await agent.hello()
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
    const lease = await agent.lease('pretrain')
    const [input] = lease.inputs
    if (!input) throw new Error('a pretrain run has its ontology as input')
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(test.origin + path, { headers: { ...bearer(lease.token), ...headers } })

    const whole = Buffer.from(await (await get(input.path)).arrayBuffer())
    expect([whole.length, sha256(whole)]).toEqual([input.sizeBytes, input.sha256])
    const part = await get(input.path, { range: 'bytes=10-19' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${whole.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(10, 20))).toBe(true)
    const { sha256: other } = await test.deps.storage.putContent(Buffer.from('of somebody else'))
    expect((await get(`/files/objects/${other}`)).status).toBe(404)
    expect((await get('/files/objects/..%2f..%2fsettings.json')).status).toBe(404)
    expect((await (await get('/files/probe/2')).arrayBuffer()).byteLength).toBe(2 * 2 ** 20)
    expect((await fetch(`${test.origin}/files/probe/2`, { headers: bearer('forged') })).status).toBe(401)

    agent.socket.disconnect()
  })

  it('a serve ticket gives access to the weights that it names', async () => {
    const { sha256: mine } = await test.deps.storage.putContent(Buffer.from('weights'))
    const { sha256: other } = await test.deps.storage.putContent(Buffer.from('other weights'))
    const agent = await connectAgent(test.origin, fixture.owner)
    const claims = { workspaceId: fixture.workspaceId, agentId: agent.agentId, objects: [mine] }
    const headers = bearer(await test.deps.tickets.sign('serve', claims, 60))
    expect(await (await fetch(`${test.origin}/files/objects/${mine}`, { headers })).text()).toBe('weights')
    expect((await fetch(`${test.origin}/files/objects/${other}`, { headers })).status).toBe(404)
    agent.socket.disconnect()
  })
})

it('a download ticket gives the file under its name', async () => {
  const { key } = await test.deps.storage.putContent(Buffer.from('a recipe'))
  const claims = { workspaceId: fixture.workspaceId, storageKey: key, filename: 'crème brûlée.txt' }
  const ticket = await test.deps.tickets.sign('download', claims, 60)
  const response = await fetch(`${test.origin}/files/download/${ticket}`)
  expect(response.headers.get('content-disposition')).toBe(
    "attachment; filename*=UTF-8''cr%C3%A8me%20br%C3%BBl%C3%A9e.txt",
  )
  expect(await response.text()).toBe('a recipe')
  expect((await fetch(`${test.origin}/files/download/${ticket}x`)).status).toBe(401)
})

it('reports its health, and answers 404 for an unknown path', async () => {
  expect(await (await fetch(`${test.origin}/files/health`)).json()).toMatchObject({ ok: true })
  const nothing = await fetch(`${test.origin}/files/nothing`)
  expect([nothing.status, await nothing.json()]).toMatchObject([404, { error: { code: 'not_found' } }])
})
