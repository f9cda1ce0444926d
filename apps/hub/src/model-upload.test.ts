import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { addModel, createModelUpload } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import { expect, it } from 'vitest'
import { startTestHub, until } from './testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function announce(bytes: Uint8Array) {
  const input = { filename: 'model.gguf', format: 'gguf' as const, sizeBytes: bytes.length }
  return createModelUpload(fixture.engineer, input)
}

const tus = (token: string, headers: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  'tus-resumable': '1.0.0',
  ...headers,
})
const begin = (token: string, length: number) =>
  fetch(`${test.origin}/files/uploads`, {
    method: 'POST',
    headers: tus(token, { 'upload-length': String(length) }),
  })
const send = (url: string, token: string, offset: number, body: Uint8Array) =>
  fetch(test.origin + url, {
    method: 'PATCH',
    headers: tus(token, {
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    }),
    body: Buffer.from(body),
  })
const offsetOf = async (url: string, token: string) =>
  Number(
    (await fetch(test.origin + url, { method: 'HEAD', headers: tus(token) })).headers.get('upload-offset'),
  )

it('takes a model in parts, goes on after a broken connection, and hands it to the import', async () => {
  const bytes = randomBytes(900_000)
  const { uploadId, url, token } = await announce(bytes)
  const begun = await begin(token, bytes.length)
  expect([begun.status, begun.headers.get('location')]).toEqual([201, url])
  expect((await send(url, token, 0, bytes.subarray(0, 300_000))).status).toBe(204)

  const cut = request(test.origin + url, {
    method: 'PATCH',
    headers: tus(token, {
      'upload-offset': '300000',
      'content-type': 'application/offset+octet-stream',
      'content-length': '600000',
    }),
  })
  cut.on('error', () => undefined)
  cut.write(bytes.subarray(300_000, 500_000))
  await until(async () => (await offsetOf(url, token)) > 300_000 || cut.destroyed)
  cut.destroy()
  const source = { from: 'upload' as const, uploadId, format: 'gguf' as const }
  await expect(addModel(fixture.engineer, { source })).rejects.toThrow(/has not arrived/)

  await until(async () => {
    const offset = await offsetOf(url, token)
    return (await send(url, token, offset, bytes.subarray(offset))).status === 204
  })
  const { runId } = await addModel(fixture.engineer, { source })
  const [run] = await test.deps.owner`select inputs from run where id = ${runId}`
  expect(run?.inputs).toMatchObject([{ name: 'upload.gguf', sha256: sha256(bytes), sizeBytes: bytes.length }])
})

it('takes no other size than announced, no other upload, and nothing without the ticket', async () => {
  const bytes = randomBytes(1000)
  const { url, token } = await announce(bytes)
  const other = await announce(bytes)
  const wrong = await begin(token, 2000)
  expect([wrong.status, await wrong.json()]).toMatchObject([
    400,
    { error: { code: 'invalid', message: expect.stringContaining('instead of the 1000 announced') } },
  ])
  expect((await begin(token, bytes.length)).status).toBe(201)
  expect((await send(url, other.token, 0, bytes)).status).toBe(403)
  expect((await send(url, 'forged', 0, bytes)).status).toBe(401)
  const tooMuch = await send(url, token, 0, randomBytes(5000))
  expect(tooMuch.status).toBeGreaterThanOrEqual(400)
})
