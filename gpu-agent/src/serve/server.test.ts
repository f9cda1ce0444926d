import { readFile } from 'node:fs/promises'
import { ServeEnd, ServeToken } from '@palate/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../agent'
import { removeHome, startAgent, temporaryHome, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'
import { tinyModel } from '../testing/tiny-model'

const python = process.env.PALATE_PYTHON
const unlessPython = python
  ? ''
  : ' (skipped: PALATE_PYTHON names no Python environment to make a model with)'

describe.skipIf(!python)(`serving${unlessPython}`, () => {
  let hub: TestHub
  let home: string
  let agent: Agent
  beforeAll(async () => {
    await tinyModel(python ?? '')
    hub = await TestHub.start()
    home = await temporaryHome()
    agent = await startAgent(hub.url, home)
    await until('the hello', () => hub.hellos.length)
  })
  afterAll(async () => {
    await agent.stop()
    await hub.stop()
    await removeHome(home)
  })

  const tokens = (requestId: string) =>
    hub.received
      .filter(({ event }) => event === 'serve-token')
      .map(({ payload }) => ServeToken.parse(payload))
      .filter((token) => token.requestId === requestId)
  const endOf = (requestId: string) =>
    hub.received
      .filter(({ event }) => event === 'serve-end')
      .map(({ payload }) => ServeEnd.parse(payload))
      .find((end) => end.requestId === requestId)

  async function ask(
    requestId: string,
    options: {
      adapter?: boolean
      maxTokens?: number
      base?: Buffer
      stop?: string[]
      question?: string
      system?: string
    } = {},
  ) {
    const files = await tinyModel(python ?? '')
    const base = hub.store('base.gguf', options.base ?? (await readFile(files.base)))
    const adapter = options.adapter ? hub.store('adapter.gguf', await readFile(files.adapter)) : null
    const start = {
      requestId,
      model: { modelVersionId: 'mv_1', base, adapter, token: 'serve-token' },
      messages: [
        ...(options.system ? [{ role: 'system', content: options.system }] : []),
        { role: 'user', content: options.question ?? 'I have rice, tofu and chicken. Dinner.' },
      ],
      sampling: { temperature: 0, topP: 1, maxTokens: options.maxTokens ?? 40 },
      stop: options.stop ?? [],
    }
    const [socket] = hub.sockets.values()
    return socket?.timeout(120_000).emitWithAck('serve-start', start)
  }

  it('streams answers of the base model and of an adapter', async () => {
    expect(await ask('r1')).toBeNull()
    expect(await ask('r2', { adapter: true })).toBeNull()
    const ends = [await until('r1', () => endOf('r1')), await until('r2', () => endOf('r2'))]
    for (const end of ends) expect(end).toMatchObject({ error: null, promptTokens: expect.any(Number) })
    const texts = ['r1', 'r2'].map(textOf)
    expect(texts[0]?.length).toBeGreaterThan(10)
    expect(texts[0]).not.toBe(texts[1])
    expect(tokens('r1').length).toBeLessThanOrEqual(ends[0]?.completionTokens ?? 0)
  })

  const textOf = (requestId: string) =>
    tokens(requestId)
      .map(({ text }) => text)
      .join('')

  it('knows the system prompt of a chat before its first question, after a warm-up', async () => {
    const system = 'You cook for Mina. Cuisine: thai. Never use: chicken, beef or pork.'
    const base = hub.store('base.gguf', await readFile((await tinyModel(python ?? '')).base))
    const model = { modelVersionId: 'mv_1', base, adapter: null, token: 'serve-token' }
    hub.push('serve-warm-up', { model, system: `${system} ${'Use rice. '.repeat(60)}` })
    await ask('r13', { system: `${system} ${'Use rice. '.repeat(60)}` })
    const warm = await until('r13', () => endOf('r13'))
    expect(warm).toMatchObject({ error: null })
    expect(warm.reusedTokens).toBeGreaterThan(60)
    expect(warm.reusedTokens).toBeLessThan(warm.promptTokens)
  })

  it('has a released model ready with the system prompt of each persona, before anybody asks', async () => {
    const files = await tinyModel(python ?? '')
    const base = hub.store('base.gguf', await readFile(files.base))
    const adapter = hub.store('adapter.gguf', await readFile(files.adapter))
    const models = [{ modelVersionId: 'mv_1', base, adapter, token: 'serve-token' }]
    const systems = ['Mina', 'Teo'].map(
      (name) => `You cook for ${'a guest of '.repeat(9)}${name}. ${'Use rice. '.repeat(40)}`,
    )
    hub.push('serve-released', { models, systems })
    for (const [index, system] of systems.entries()) {
      await ask(`r2${index}`, { adapter: true, system })
      const end = await until(`r2${index}`, () => endOf(`r2${index}`))
      expect(end).toMatchObject({ error: null })
      expect(end.reusedTokens).toBeGreaterThan(60)
    }
  })

  it('ends an answer before a stop text, and says when the messages are too long', async () => {
    await ask('r10')
    await until('r10', () => endOf('r10'))
    const whole = textOf('r10')
    const stop = whole.slice(8, 12)
    await ask('r11', { stop: [stop] })
    const end = await until('r11', () => endOf('r11'))
    expect(end).toMatchObject({ finishReason: 'stop', error: null })
    expect(textOf('r11')).toBe(whole.slice(0, whole.indexOf(stop)))
    await ask('r12', { question: 'rice and tofu '.repeat(1400) })
    expect(await until('r12', () => endOf('r12'))).toMatchObject({
      ...{ finishReason: 'error', errorCode: 'prompt_too_long' },
      error: expect.stringMatching(/^The prompt has \d+ tokens and this model takes \d+\. Shorten it\.$/),
    })
  })

  it('answers during a training run', async () => {
    hub.lease('run_t', { steps: 10_000, stepSeconds: 0.05 })
    await until('the training', () =>
      hub.attemptsOf('run_t')[0]?.events.some(({ event }) => event.type === 'metric'),
    )
    await ask('r3')
    expect(await until('r3', () => endOf('r3'))).toMatchObject({ error: null })
    expect(hub.endOf('run_t')).toBeNull()
  })

  it('stops an answer that is canceled, and all answers when the connection is lost', async () => {
    await ask('r4', { maxTokens: 900 })
    hub.push('serve-cancel', { requestId: 'r4' })
    expect(await until('r4', () => endOf('r4'))).toMatchObject({ finishReason: 'canceled', error: null })
    await ask('r5', { maxTokens: 900 })
    for (const socket of hub.sockets.values()) socket.disconnect(true)
    await until('the agent to be back', () => hub.hellos.length > 1)
    await ask('r6', { maxTokens: 5 })
    expect(await until('r6', () => endOf('r6'))).toMatchObject({ error: null, completionTokens: 5 })
    expect(endOf('r5')).toBeUndefined()
  })

  it('reports a broken model and keeps working', async () => {
    await ask('r7', { base: Buffer.from('no weights at all') })
    const end = await until('r7', () => endOf('r7'))
    expect(end.finishReason).toBe('error')
    expect(end.error).toMatch(/cannot be opened|crashed/)
    await ask('r8', { maxTokens: 5 })
    expect(await until('r8', () => endOf('r8'))).toMatchObject({ error: null })
  })

  it('refuses a request that does not match its schema', async () => {
    const [socket] = hub.sockets.values()
    expect(await socket?.timeout(120_000).emitWithAck('serve-start', { requestId: 'r9' })).toMatchObject({
      error: { code: 'invalid' },
    })
  })
})
