import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openObjectStore } from '@palate/storage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pushToOllama } from '../apps/hub/src/ollama/push'
import { until } from '../apps/hub/src/testing/hub'
import { tinyModel } from '../gpu-agent/src/testing/tiny-model'
import { freePort } from '../scripts/lib/process.mjs'

/** The push against Ollama itself, where it is installed; `apps/hub/src/ollama` tests it against a server of its routes. */

const python = process.env.PALATE_PYTHON ?? ''
const isInstalled = await promisify(execFile)('ollama', ['--version']).then(
  () => true,
  () => false,
)
const lacks = !isInstalled ? 'no ollama is installed here' : !python ? 'PALATE_PYTHON is not set' : null
const budget = { connectMs: 60_000, idleMs: 120_000, createIdleMs: 300_000, totalMs: 600_000 }

describe.skipIf(lacks)(`a push to a real Ollama${lacks ? ` (skipped: ${lacks})` : ''}`, () => {
  let origin = ''
  let push: (name: string, files: { base: string; adapter?: string }) => Promise<void>

  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), 'palate-ollama-'))
    const host = `127.0.0.1:${await freePort()}`
    const child = spawn('ollama', ['serve'], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: home, OLLAMA_HOST: host, OLLAMA_MODELS: join(home, 'models') },
    })
    afterAll(async () => {
      child.kill()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    })
    origin = `http://${host}`
    await until(async () => (await fetch(`${origin}/api/version`).catch(() => null))?.ok)
    const storage = await openObjectStore({ kind: 'folder', root: join(home, 'objects') })
    const store = async (path: string, file: string) => {
      const { key: storageKey, sizeBytes, sha256 } = await storage.putContent(await readFile(file))
      return { path, storageKey, sizeBytes, sha256 }
    }
    push = async (name, { base, adapter }) =>
      pushToOllama(
        {
          ...{ address: origin, name, system: 'You cook.', parameters: { temperature: 0, num_ctx: 256 } },
          base: await store('base.gguf', base),
          adapter: adapter ? await store('adapter.gguf', adapter) : null,
        },
        { storage, allowed: [], budget, signal: AbortSignal.timeout(600_000), report: () => undefined },
      )
  }, 600_000)

  const ask = async (path: string, body: object) => {
    const response = await fetch(`${origin}${path}`, { method: 'POST', body: JSON.stringify(body) })
    return (await response.json()) as Record<string, unknown>
  }

  it('makes a whole model there, with its settings, which answers', async () => {
    await push('palate-tiny:v1', { base: (await tinyModel(python)).base })
    const shown = await ask('/api/show', { model: 'palate-tiny:v1' })
    expect(shown).toMatchObject({ system: 'You cook.', parameters: expect.stringMatching(/temperature +0/) })
    const messages = [{ role: 'user', content: 'I have rice.' }]
    const answer = await ask('/api/chat', {
      ...{ model: 'palate-tiny:v1', messages, stream: false, options: { num_predict: 8 } },
    })
    expect(answer).toMatchObject({ done: true, message: { role: 'assistant' } })
  }, 600_000)

  it('takes an adapter, or the error says to merge it', async () => {
    const remedy = 'Merge the adapter into its base, and push the merged model.'
    const failure = await push('palate-adapted:v1', await tinyModel(python)).then(
      () => null,
      (error: unknown) => error,
    )
    if (failure) expect(failure).toMatchObject({ remedy })
  }, 600_000)
})
