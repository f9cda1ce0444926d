import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { limits } from '@palate/config'
import { listExports, type ServiceContext } from '@palate/core'
import { createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { contentKey } from '@palate/storage'
import { expect, onTestFinished, test } from 'vitest'
import { startTestHub, until } from '../testing/hub'
import { createStoredModel } from '../testing/stored-model'

const call = promisify(execFile)
const { deps, origin } = await startTestHub()
const fixture = await createWorkspaceFixture(deps)
await createVegan(fixture.engineer)
const base = await createStoredModel(deps, fixture.workspaceId)
const adapter = await createStoredModel(deps, fixture.workspaceId, base)
const hasUnzip = await call('unzip', ['-v']).then(
  () => true,
  () => false,
)

async function find(ctx: ServiceContext, id: string, format: string, persona?: string) {
  const { exports } = await listExports(ctx, { id, ...(persona ? { persona } : {}) })
  const found = exports.find((one) => one.format === format)
  if (!found) throw new Error(`the model has no ${format}`)
  return found
}

/** The folder that a downloaded zip unpacks to. */
async function unpack(bytes: Buffer, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'palate-export-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'export.zip'), bytes)
  if (hasUnzip) await call('unzip', ['-q', 'export.zip'], { cwd: folder })
  else await call('python3', ['-m', 'zipfile', '-e', 'export.zip', '.'], { cwd: folder })
  return join(folder, name)
}

test.each(['safetensors', 'gguf', 'ollama'])(
  'an adapter as %s: the zip holds what its checksums say',
  async (format) => {
    const { url, filename, files } = await find(fixture.viewer, adapter.id, format)
    const response = await fetch(origin + url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toContain(filename)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe(String(bytes.length))
    const folder = await unpack(bytes, filename.replace(/\.zip$/, ''))
    const { stdout } = await call('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder })
    const checked = stdout.trim().split('\n')
    expect(checked).toEqual(expect.arrayContaining(files.map(({ path }) => `${path}: OK`)))
    expect(checked).toContain('README.md: OK')
    expect(checked).toHaveLength(files.length + (format === 'ollama' ? 2 : 1))
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toMatch(/^---\n[\s\S]*\n---\n\n# tuned v1\n/)
  },
)

test('the Modelfile names the files beside it, and a persona gives the system prompt', async () => {
  const { url, filename } = await find(fixture.viewer, adapter.id, 'ollama', 'mexican-vegan')
  const bytes = Buffer.from(await (await fetch(origin + url)).arrayBuffer())
  const folder = await unpack(bytes, filename.replace(/\.zip$/, ''))
  expect(await readFile(join(folder, 'Modelfile'), 'utf8')).toBe(
    [
      'FROM ./starter-v1.gguf',
      'ADAPTER ./tuned-v1-adapter.gguf',
      'PARAMETER temperature 0.7',
      'PARAMETER top_p 0.95',
      'PARAMETER top_k 0',
      'PARAMETER repeat_penalty 1',
      'SYSTEM """You cook for a Mexican vegan. Cuisine: mexican. Flavor: bold. Diet: vegan. Never use: chicken, cheese. Likes: beans."""\n',
    ].join('\n'),
  )
})

test('a single file is downloaded with its own link, also from its middle', async () => {
  const { files } = await find(fixture.viewer, base.id, 'gguf')
  const [gguf] = files
  const response = await fetch(origin + gguf?.url, { headers: { range: 'bytes=5-' } })
  expect(response.status).toBe(206)
  expect(await response.text()).toBe('base.gguf of starter'.slice(5))
})

test('a zip that was cut goes on where it ended, as long as its content is the same', async () => {
  const { url } = await find(fixture.viewer, adapter.id, 'ollama')
  const whole = await fetch(origin + url)
  const etag = whole.headers.get('etag') ?? ''
  const bytes = Buffer.from(await whole.arrayBuffer())
  const ask = (range: string, of = etag) =>
    fetch(origin + url, { headers: { range: `bytes=${range}`, 'if-range': of } })
  for (const [start, end] of [
    [0, 0],
    [1, 40],
    [700, bytes.length - 1],
    [bytes.length - 1, bytes.length - 1],
  ] as const) {
    const response = await ask(`${start}-${end}`)
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${bytes.length}`)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes.subarray(start, end + 1))
  }
  const rest = await ask('700-')
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(bytes.subarray(700))
  expect(rest.headers.get('etag')).toBe(etag)
  expect((await ask(`${bytes.length}-`)).status).toBe(416)
  const other = await ask('700-', '"another"')
  expect(other.status).toBe(200)
  expect(Buffer.from(await other.arrayBuffer())).toEqual(bytes)
  const withSystem = await find(fixture.viewer, adapter.id, 'ollama', 'mexican-vegan')
  const changed = await fetch(origin + withSystem.url, { method: 'HEAD' })
  expect(changed.headers.get('etag')).not.toBe(etag)
})

test('a stranger, a forged ticket and a ticket for another purpose get nothing', async () => {
  const stranger = await createWorkspaceFixture(deps)
  await expect(listExports(stranger.owner, { id: base.id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(listExports(fixture.viewer, { id: base.id, persona: 'nobody' })).rejects.toMatchObject({
    code: 'not_found',
  })
  const { files } = await find(fixture.viewer, base.id, 'gguf')
  const other = files[0]?.url.replace('/download/', '/export/')
  for (const path of ['/files/export/forged', other]) expect((await fetch(origin + path)).status).toBe(401)
  const moved = await deps.tickets.sign(
    'export',
    { workspaceId: stranger.workspaceId, modelVersionId: base.id, format: 'gguf', persona: null },
    60,
  )
  expect((await fetch(`${origin}/files/export/${moved}`)).status).toBe(404)
})

test('a model whose file has left the store says so before a byte is sent', async () => {
  const gone = await createStoredModel(deps, fixture.workspaceId, base)
  const { url } = await find(fixture.viewer, gone.id, 'safetensors')
  await deps.storage.remove(contentKey(gone.files[0]?.sha256 ?? ''))
  const response = await fetch(origin + url)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({
    error: { message: 'The file adapter_model.safetensors is no longer whole in the object store.' },
  })
})

test('downloads that leave early make room for others', async () => {
  const large = await createStoredModel(deps, fixture.workspaceId, undefined, 8 * 1024 * 1024)
  const { url } = await find(fixture.viewer, large.id, 'gguf')
  const leaving = Array.from({ length: limits.export.atOnce }, async (_, index) => {
    const away = new AbortController()
    const range = { range: 'bytes=100-' }
    const response = await fetch(origin + url, { signal: away.signal, headers: index % 2 ? range : {} })
    expect(response.status).toBe(index % 2 ? 206 : 200)
    return away
  })
  for (const away of await Promise.all(leaving)) away.abort()
  await until(async () => {
    const response = await fetch(origin + url)
    await response.body?.cancel()
    return response.status === 200
  })
})
