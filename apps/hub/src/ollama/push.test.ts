import { createServer } from 'node:net'
import type { PushProgress, PushWork } from '@palate/core'
import { expect, test } from 'vitest'
import { openTestDeps } from '../testing/hub'
import { reply, startOllama } from '../testing/ollama'
import { digestOf } from '../testing/stored-model'
import { guardedLookup, requireAllowed } from './address'
import { pushToOllama } from './push'

const { deps } = await openTestDeps()
const weights = Buffer.alloc(3 * 1024 * 1024, 'GGUF weights ')
const lora = Buffer.from('GGUF adapter')
const stored = async (path: string, bytes: Buffer) => {
  const { key: storageKey, sizeBytes, sha256 } = await deps.storage.putContent(bytes)
  return { path, storageKey, sizeBytes, sha256 }
}
const base = await stored('cook-v1.gguf', weights)
const adapter = await stored('taste-v1-adapter.gguf', lora)
const digest = (bytes: Buffer) => `sha256:${digestOf(bytes)}`

const patient = { connectMs: 60_000, idleMs: 60_000, createIdleMs: 60_000, totalMs: 300_000 }
const hasty = { ...patient, idleMs: 400, createIdleMs: 400 }

function push(
  address: string,
  change: Partial<PushWork> = {},
  { signal = new AbortController().signal, budget = patient } = {},
) {
  const seen: PushProgress[] = []
  const work = {
    ...{ address, name: 'cook:v1', base, adapter: null, system: null },
    ...{ parameters: { temperature: 0.7, stop: ['<|im_end|>'] }, ...change },
  }
  const report = (progress: PushProgress) => void seen.push({ ...progress })
  return { seen, done: pushToOllama(work, { storage: deps.storage, allowed: [], budget, signal, report }) }
}

test('the files arrive under their digests, and the model is created with its settings', async () => {
  const ollama = await startOllama()
  const { seen, done } = push(ollama.origin, { adapter, system: 'You cook.' })
  await done
  expect(ollama.blobs.get(digest(weights))?.equals(weights)).toBe(true)
  expect(ollama.blobs.get(digest(lora))?.equals(lora)).toBe(true)
  expect(ollama.created).toEqual([
    {
      model: 'cook:v1',
      files: { 'cook-v1.gguf': digest(weights) },
      adapters: { 'taste-v1-adapter.gguf': digest(lora) },
      parameters: { temperature: 0.7, stop: ['<|im_end|>'] },
      system: 'You cook.',
      stream: true,
    },
  ])
  const totalBytes = weights.length + lora.length
  expect(seen[0]).toEqual({ stage: 'connect', sentBytes: 0, totalBytes, line: null })
  expect(seen.at(-1)).toEqual({ stage: 'create', sentBytes: totalBytes, totalBytes, line: 'success' })
})

test('a file that is there already is not sent again', async () => {
  const ollama = await startOllama()
  await push(ollama.origin).done
  await push(ollama.origin, { name: 'cook:v2' }).done
  expect(ollama.requests.filter((one) => one === 'POST /api/blobs')).toHaveLength(1)
  expect(ollama.created.map(({ model }) => model)).toEqual(['cook:v1', 'cook:v2'])
})

const silent = () => undefined
const unavailable = (message: string | RegExp) => ({
  code: 'unavailable',
  message: typeof message === 'string' ? message : expect.stringMatching(message),
})

test.each<[what: string, other: Parameters<typeof startOllama>[0], message: RegExp]>([
  ['is no Ollama', { 'GET /api/version': (_, to) => to.writeHead(404).end() }, /is not an Ollama\.$/],
  ['is another server', { 'GET /api/version': (_, to) => to.end('<h1>Hello</h1>') }, /is not an Ollama\.$/],
  [
    'is too old',
    { 'GET /api/version': (_, to) => reply(to, 200, { version: '0.5.4' }) },
    /is too old: 0\.5\.4\.$/,
  ],
  ['is silent', { 'GET /api/version': silent }, /fell silent in the middle\.$/],
  [
    'redirects',
    { 'GET /api/version': (_, to) => to.writeHead(302, { location: 'http://169.254.169.254/' }).end() },
    /redirects to another address, and redirects are not followed\.$/,
  ],
  [
    'redirects an upload',
    { 'POST /api/blobs': (_, to) => to.writeHead(307, { location: 'http://127.0.0.1:1/' }).end() },
    /redirects to another address/,
  ],
  [
    'refuses the hub',
    { 'HEAD /api/blobs': (_, to) => to.writeHead(403).end() },
    /refuses the hub \(HTTP 403\)/,
  ],
  [
    'has no disk left',
    {
      'POST /api/blobs': (from, to) => {
        from.resume()
        from.on('end', () => reply(to, 500, { error: 'write /root/.ollama: no space left on device' }))
      },
    },
    /could not do it \(HTTP 500\)\. It says: write \/root\/\.ollama: no space left on device$/,
  ],
  [
    'finds another digest',
    {
      'POST /api/blobs': (from, to) => {
        from.resume()
        from.on('end', () => reply(to, 400, { error: 'digest mismatch, expected "a", got "b"' }))
      },
    },
    /received a file whose digest is another one\. It says: digest mismatch/,
  ],
  [
    'closes in the middle of a file',
    { 'POST /api/blobs': (from) => void from.once('data', () => from.socket.destroy()) },
    /closed the connection in the middle\.$/,
  ],
  [
    'stops reading a file',
    { 'POST /api/blobs': (from) => void from.pause() },
    /fell silent in the middle\.$/,
  ],
  [
    'takes no adapters',
    {
      'POST /api/create': (_, to) => reply(to, 400, { error: 'LoRA adapters are no longer supported' }),
    },
    /does not take the adapter\. It says: LoRA adapters are no longer supported$/,
  ],
  [
    'fails while it creates',
    {
      'POST /api/create': (_, to) =>
        void to.end('{"status":"parsing GGUF"}\n{"error":"invalid file magic"}\n'),
    },
    /could not do it\. It says: invalid file magic$/,
  ],
  [
    'ends early while it creates',
    { 'POST /api/create': (_, to) => void to.end('{"status":"parsing GGUF"}\n') },
    /closed the connection in the middle\.$/,
  ],
  [
    'falls silent while it creates',
    { 'POST /api/create': (_, to) => void to.write('{"status":"parsing GGUF"}\n') },
    /fell silent in the middle\.$/,
  ],
  [
    'never ends a line',
    { 'POST /api/create': (_, to) => void to.write('x'.repeat(1024 * 1024)) },
    /sent more than an Ollama would\.$/,
  ],
])('a server that %s', async (_what, other, message) => {
  const ollama = await startOllama(other)
  const { done } = push(ollama.origin, {}, { budget: /silent/.test(message.source) ? hasty : patient })
  await expect(done).rejects.toMatchObject(unavailable(message))
  await expect(done).rejects.toHaveProperty('remedy', expect.stringMatching(/\.$/))
})

test('nobody at the address, and a name that nobody has', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const address = closed.address()
  const port = typeof address === 'object' ? address?.port : 0
  await new Promise((resolve) => closed.close(resolve))
  const nobody = `http://127.0.0.1:${port}`
  await expect(push(nobody).done).rejects.toMatchObject(unavailable(`Nothing answers at ${nobody}.`))
  await expect(push('http://nobody.invalid:11434').done).rejects.toMatchObject(
    unavailable(/name in http:\/\/nobody\.invalid:11434/),
  )
})

test('a push has an end', async () => {
  const ollama = await startOllama({ 'POST /api/create': (_, to) => void to.write('{"status":"x"}\n') })
  await expect(push(ollama.origin, {}, { budget: { ...patient, totalMs: 2000 } }).done).rejects.toMatchObject(
    unavailable(/took too long\.$/),
  )
})

test('a plain server under https', async () => {
  const { origin } = await startOllama()
  await expect(push(origin.replace('http:', 'https:')).done).rejects.toMatchObject(
    unavailable(/^There is no secure connection to https:/),
  )
})

test('a canceled push ends at once, and the server sees it', async () => {
  const canceled = new AbortController()
  let closed: (value: unknown) => void
  const left = new Promise((resolve) => {
    closed = resolve
  })
  const ollama = await startOllama({
    'POST /api/blobs': (from) => {
      from.once('close', closed)
      from.once('data', () => canceled.abort())
    },
  })
  await expect(push(ollama.origin, {}, { signal: canceled.signal }).done).rejects.toThrow(/abort/)
  await left
  expect(ollama.created).toEqual([])
})

test.each([
  'http://169.254.169.254',
  'http://0xa9fea9fe',
  'http://[::ffff:169.254.169.254]:80',
  'http://[fe80::1]:11434',
  'http://0.0.0.0:11434',
  'http://224.0.0.1',
])('%s is refused before anything is sent', async (address) => {
  await expect(push(address).done).rejects.toMatchObject({ code: 'forbidden' })
})

test('a name that leads to a reserved address is refused too', async () => {
  const found = new Promise((resolve, reject) =>
    guardedLookup('169.254.169.254', { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    ),
  )
  await expect(found).rejects.toMatchObject({ code: 'forbidden' })
})

test('an operator may list the addresses', () => {
  const allowed = ['http://10.0.0.5:11434']
  expect(requireAllowed('http://10.0.0.5:11434', allowed).port).toBe('11434')
  expect(() => requireAllowed('http://10.0.0.6:11434', allowed)).toThrow('does not push to')
})
