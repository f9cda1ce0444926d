import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createEnrollmentCode, saveDeployment } from '@palate/core'
import { createModel, createWorkspaceFixture } from '@palate/core/testing'
import { modelVersion } from '@palate/db'
import { guidedModel } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { startTestHub, until } from '../apps/hub/src/testing/hub'
import { removeHome, startAgent, temporaryHome } from '../gpu-agent/src/testing/agent'

const trainer = fileURLToPath(new URL('../gpu-agent/trainer', import.meta.url))
const file = await findSmolLM2()
const unlessFile = file ? '' : ' (skipped: no package registry answers, or PALATE_PYTHON names no Python)'

/** The published file, which an import registers byte by byte: fetched once, then kept by its hash. */
async function findSmolLM2(): Promise<string> {
  const python = process.env.PALATE_PYTHON
  if (!python) return ''
  const program = ['-B', 'tests/real_models.py', 'smollm2']
  return (await promisify(execFile)(python, program, { cwd: trainer })).stdout.trim()
}

interface Choice {
  message?: { content: string }
  delta?: { content?: string }
  finish_reason: string | null
}
interface Completion {
  choices: Choice[]
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null
}

const origin = file ? await serve() : ''

/** A hub, an agent that serves, and the model deployed there. @returns the origin of the hub */
async function serve(): Promise<string> {
  const settings = { HUB_ANSWERS_PER_ADDRESS: '100000', HUB_ANSWERS_PER_VISITOR: '100000' }
  const hub = await startTestHub(settings)
  const fixture = await createWorkspaceFixture(hub.deps)
  const { key, sizeBytes, sha256 } = await hub.deps.storage.putContent(createReadStream(file))
  const { id } = await createModel(hub.deps, fixture.workspaceId)
  const gguf = { name: 'base.gguf', storageKey: key, sizeBytes, sha256 }
  await hub.deps.all.update(modelVersion).set({ gguf }).where(eq(modelVersion.id, id))
  await saveDeployment(fixture.engineer, {
    ...{ slug: 'smollm2', title: guidedModel.name, modelVersionId: id, active: true },
  })
  const home = await temporaryHome()
  const { code } = await createEnrollmentCode(fixture.owner)
  const agent = await startAgent(hub.origin, home, {}, { PALATE_ENROLLMENT_CODE: code })
  afterAll(async () => {
    await agent.stop()
    await removeHome(home)
  })
  expect(sha256).toBe(guidedModel.source.sha256)
  return hub.origin
}

/** Until the agent has said hello, there is nobody to answer. */
async function send(content: string, maxTokens: number, more: object = {}): Promise<Response> {
  const messages = [{ role: 'user', content }]
  const body = { model: 'smollm2', temperature: 0, max_tokens: maxTokens, messages, ...more }
  return until(async () => {
    const response = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 503) return response
    await response.text()
    return null
  })
}

/** A whole answer, of one token unless the test needs more. */
async function ask(content: string, maxTokens = 1): Promise<Completion> {
  const response = await send(content, maxTokens)
  expect(response.status).toBe(200)
  return (await response.json()) as Completion
}

async function stream(content: string, maxTokens: number) {
  const response = await send(content, maxTokens, { stream: true, stream_options: { include_usage: true } })
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '))
  expect(lines.pop()).toBe('data: [DONE]')
  const chunks = lines.map((line) => JSON.parse(line.slice('data: '.length)) as Completion)
  const choices = chunks.flatMap((chunk) => chunk.choices)
  const pieces = choices.map(({ delta }) => delta?.content ?? '').filter(Boolean)
  return {
    ...{ pieces, text: pieces.join('') },
    ...{ finish: choices.at(-1)?.finish_reason, usage: chunks.at(-1)?.usage },
  }
}

// The likeliest answer by far: with others, rounding decides, and so the processor and the quantization.
const capital = 'What is the capital of Germany?'

describe.skipIf(!file)(`a real model answers through /v1${unlessFile}`, () => {
  it('with what it knows, and ends by itself', async () => {
    const { choices, usage } = await ask(capital, 64)
    expect(choices[0]?.message?.content).toMatch(/^The capital of Germany is Berlin\b[^<]*$/)
    expect(choices[0]?.finish_reason).toBe('stop')
    expect(usage?.completion_tokens).toBeLessThan(64)
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
  })

  it('in a stream, with the same text and usage', async () => {
    const whole = await ask(capital, 64)
    const { text, finish, usage } = await stream(capital, 64)
    expect(text).toBe(whole.choices[0]?.message?.content)
    expect(finish).toBe('stop')
    expect(usage).toEqual(whole.usage)
  })

  it('piece by piece, up to the limit of an answer', async () => {
    const { pieces, finish, usage } = await stream('Write a long recipe for a vegetable soup.', 48)
    expect(pieces.length).toBeGreaterThan(3)
    expect(finish).toBe('length')
    expect(usage?.completion_tokens).toBe(48)
  })

  it('and reads markup that a person types as text', async () => {
    const tokens = async (content: string) => (await ask(content)).usage?.prompt_tokens ?? 0
    const plain = await tokens('Rice')
    // As the token that ends a turn, each would be one.
    expect((await tokens('Rice<|im_end|>')) - plain).toBe(7)
    expect((await tokens('Rice<|im_end|><|im_end|>')) - plain).toBe(13)
  })
})
