import { createHash, randomBytes } from 'node:crypto'
import { stat, utimes } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { createRun, getRunArtifacts, revokeAgent } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { describe, expect, it } from 'vitest'
import { ArtifactUploads } from './http/artifact-uploads'
import { connectAgent } from './testing/agent'
import { listStore, startTestHub, until } from './testing/hub'

const test = await startTestHub({ HUB_ARTIFACT_MAX_BYTES: '5000000' })
const fixture = await createWorkspaceFixture(test.deps)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')

async function lease() {
  const agent = await connectAgent(test.origin, fixture.owner)
  await agent.hello()
  await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  return { agent, ...(await agent.lease('pretrain')) }
}

/** Single requests of the tus protocol, so that a test can also send what no client should. */
function tus(token: string) {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
  const at = (path: string) => test.origin + path
  return {
    create: (size: number | null, metadata: Record<string, string>) =>
      fetch(at('/files/artifacts'), {
        method: 'POST',
        headers: {
          ...headers,
          ...(size === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(size) }),
          'upload-metadata': Object.entries(metadata)
            .map(([key, value]) => `${key} ${base64(value)}`)
            .join(','),
        },
      }),
    head: (path: string) => fetch(at(path), { method: 'HEAD', headers }),
    patch: (path: string, offset: number, body: Uint8Array) =>
      fetch(at(path), {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body: Buffer.from(body),
      }),
    /** Sends part of the announced bytes and breaks the connection when some of them have arrived. */
    patchAndCut: (path: string, offset: number, announced: number, body: Uint8Array) =>
      new Promise<void>((resolve, reject) => {
        const cut = request(at(path), {
          method: 'PATCH',
          headers: {
            ...headers,
            'upload-offset': String(offset),
            'content-type': 'application/offset+octet-stream',
            'content-length': announced,
          },
        })
        cut.on('error', () => resolve())
        cut.write(body)
        const file = join(test.root, 'partial', path.split('/').at(-1) ?? '')
        until(async () => (await stat(file)).size > offset).then(() => cut.destroy(), reject)
      }),
  }
}

const artifacts = async (runId: string) => getRunArtifacts(fixture.viewer, { runId })
const whereOf = (created: Response) => created.headers.get('location') ?? ''

describe('an artifact', () => {
  it('that is interrupted resumes where it stopped, and is visible only when it is complete', async () => {
    const { runId, token, agent } = await lease()
    const bytes = randomBytes(600_000)
    const client = tus(token)
    const created = await client.create(bytes.length, {
      path: 'out/a.gguf',
      role: 'gguf',
      sha256: sha256(bytes),
    })
    expect(created.status).toBe(201)
    const where = whereOf(created)
    expect(where).toMatch(/^\/files\/artifacts\/att_\w+\.[\w-]+$/)
    await client.patchAndCut(where, 0, bytes.length, bytes.subarray(0, 250_000))
    const offset = await until(async () => Number((await client.head(where)).headers.get('upload-offset')))
    expect(offset).toBeLessThanOrEqual(250_000)
    expect(await artifacts(runId)).toEqual([])
    expect(await test.deps.storage.exists(`objects/${sha256(bytes).slice(0, 2)}/${sha256(bytes)}`)).toBe(
      false,
    )
    expect((await client.patch(where, offset - 1, bytes)).status).toBe(409)
    expect((await client.patch(where, offset, bytes.subarray(offset))).status).toBe(204)
    expect(await artifacts(runId)).toMatchObject([{ path: 'out/a.gguf', role: 'gguf', sizeBytes: 600_000 }])
    const [, file] = where.split('/files/artifacts/')
    expect((await listStore(test)).filter((path) => path.endsWith(`${file}`))).toEqual([])
    // The response to the last part may be lost: a client that asks again hears that the upload is complete.
    const again = await client.head(where)
    expect([again.status, again.headers.get('upload-offset')]).toEqual([200, '600000'])
    agent.socket.disconnect()
  })

  it('with other bytes than announced, or an invalid path or role, leaves no files', async () => {
    const { runId, token, agent } = await lease()
    const client = tus(token)
    const before = await listStore(test)
    const whole = { path: 'a.gguf', role: 'gguf', sha256: '0'.repeat(64) }
    const wrong = await client.patch(whereOf(await client.create(3, whole)), 0, Buffer.from('abc'))
    expect([wrong.status, JSON.parse(await wrong.text())]).toMatchObject([
      400,
      { error: { code: 'invalid', message: expect.stringMatching(/announced SHA-256/) } },
    ])
    for (const bad of [
      { path: '../a' },
      { path: '/etc/x' },
      { path: 'a/.b' },
      { role: 'shell' },
      { sha256: 'x' },
    ])
      expect((await client.create(3, { ...whole, ...bad })).status, JSON.stringify(bad)).toBe(400)
    expect((await client.create(3, {})).status).toBe(400)
    expect(await listStore(test)).toEqual(before)
    expect(await artifacts(runId)).toEqual([])
    agent.socket.disconnect()
  })

  it('that is larger than the limit, or whose size is not announced, is refused before its first byte', async () => {
    const { token, agent } = await lease()
    const before = await listStore(test)
    const head = { path: 'model/big.gguf', role: 'gguf', sha256: '0'.repeat(64) }
    const large = await tus(token).create(5_000_001, head)
    expect([large.status, JSON.parse(await large.text())]).toMatchObject([
      400,
      {
        error: {
          code: 'invalid',
          message: 'model/big.gguf has 5,000,001 bytes; this hub takes files of at most 5,000,000.',
          remedy: expect.stringContaining('HUB_ARTIFACT_MAX_BYTES'),
        },
      },
    ])
    const unannounced = await tus(token).create(null, head)
    expect([unannounced.status, await unannounced.text()]).toEqual([
      400,
      expect.stringContaining('is not announced'),
    ])
    const whole = whereOf(await tus(token).create(5, head))
    expect((await tus(token).patch(whole, 0, Buffer.from('more than announced'))).ok).toBe(false)
    await tus(token).patch(whole, 0, Buffer.from('12345'))
    expect(await listStore(test)).toEqual(before)
    agent.socket.disconnect()
  })

  it('belongs to its attempt: another attempt, a forged ticket and a lost lease are refused at every request', async () => {
    const mine = await lease()
    const other = await lease()
    const bytes = Buffer.from('weights')
    const head = { path: 'w.bin', role: 'hf', sha256: sha256(bytes) }
    const where = whereOf(await tus(mine.token).create(bytes.length, head))
    expect((await tus(other.token).head(where)).status).toBe(403)
    expect((await tus(other.token).patch(where, 0, bytes)).status).toBe(403)
    const own = whereOf(await tus(other.token).create(bytes.length, head))
    expect((await tus(other.token).patch(`${own}?/${where.split('/').at(-1)}`, 0, bytes)).status).toBe(403)
    expect((await tus(mine.token).head(where)).headers.get('upload-offset')).toBe('0')
    expect((await tus('forged').patch(where, 0, bytes)).status).toBe(401)
    expect((await fetch(test.origin + where, { method: 'DELETE' })).status).toBe(404)
    expect((await tus(mine.token).head(`${where}%2f..%2f..%2fx`)).status).toBe(404)
    expect((await tus(mine.token).head(`${where}x`)).status).toBe(404)
    await revokeAgent(fixture.owner, { id: mine.agent.agentId })
    for (const answer of [
      await tus(mine.token).patch(where, 0, bytes),
      await tus(mine.token).create(bytes.length, head),
    ])
      expect([answer.status, JSON.parse(await answer.text())]).toMatchObject([
        409,
        { error: { code: 'lease_lost' } },
      ])
    expect(await artifacts(mine.runId)).toEqual([])
    other.agent.socket.disconnect()
  })

  it('may be empty', async () => {
    const { runId, token, agent } = await lease()
    const empty = { path: 'empty.txt', role: 'hf', sha256: sha256(Buffer.alloc(0)) }
    expect((await tus(token).create(0, empty)).status).toBe(201)
    expect(await artifacts(runId)).toMatchObject([{ path: 'empty.txt', sizeBytes: 0 }])
    agent.socket.disconnect()
  })

  it('is removed when nothing arrived for a day, and kept while bytes still arrive', async () => {
    const { token, agent } = await lease()
    const client = tus(token)
    const head = { path: 'a', role: 'hf', sha256: '0'.repeat(64) }
    const [old, young] = [whereOf(await client.create(9, head)), whereOf(await client.create(9, head))]
    for (const file of (await listStore(test)).filter((path) => path.includes(old.split('/').at(-1) ?? '-')))
      await utimes(file, 0, 0)
    // An upload that has taken more than a day.
    await utimes(join(test.root, 'partial', `${young.split('/').at(-1)}.json`), 0, 0)
    const uploads = await ArtifactUploads.open(test.deps, join(test.root, 'partial'), 1)
    expect(await uploads.clean(24 * 3_600_000)).toBe(2)
    expect((await client.head(old)).status).toBe(404)
    expect((await client.head(young)).status).toBe(200)
    agent.socket.disconnect()
  })
})
