import { getTurn, saveDeployment } from '@palate/core'
import { createModel, createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { ChatCompletion, ChatCompletionChunk, ModelList, ServeStart } from '@palate/protocol'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { connectAgent, postJson } from '../testing/agent'
import { startTestHub, until } from '../testing/hub'

const test = await startTestHub({
  HUB_ANSWERS_PER_VISITOR: '4',
  HUB_ANSWERS_PER_ADDRESS: '6',
  HUB_ANSWERS_AT_ONCE: '2',
  HUB_ANSWERS_PER_AGENT: '3',
})
const fixture = await createWorkspaceFixture(test.deps)
await createVegan(fixture.engineer)
const base = await createModel(test.deps, fixture.workspaceId)
const tuned = await createModel(test.deps, fixture.workspaceId, base)
const deployment = { slug: 'cook', title: 'The cook', modelVersionId: tuned.id, active: true }
await saveDeployment(fixture.engineer, deployment)
const agent = await connectAgent(test.origin, fixture.owner)
await agent.hello()

let addresses = 0
function nextAddress(): string {
  addresses += 1
  return `203.0.113.${addresses}`
}
afterEach(() => {
  for (const event of ['serve-start', 'serve-cancel']) agent.socket.off(event)
})

const question = {
  model: 'cook',
  stream: true,
  palate: {
    persona: 'mexican-vegan',
    inventory: ['black beans', 'corn'],
    request: 'A soup.',
    visitorId: 'visitor-0',
  },
}

/** Asks as one visitor; the test stands for the web process in front of the hub. */
function ask(body: object, init: { address?: string; signal?: AbortSignal } = {}): Promise<Response> {
  return fetch(`${test.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-forwarded-for': init.address ?? nextAddress() },
    body: JSON.stringify(body),
    signal: init.signal,
  })
}
const as = (visitorId: string) => ({ ...question, palate: { ...question.palate, visitorId } })

/** Plays the agent: accepts the request and answers with these tokens. */
function answerWith(tokens: string[], end: object = {}): Promise<ServeStart> {
  return new Promise((resolve) => {
    agent.socket.once('serve-start', (raw: unknown, ack: (value: null) => void) => {
      const start = ServeStart.parse(raw)
      const { requestId } = start
      ack(null)
      for (const text of tokens) agent.socket.emit('serve-token', { requestId, text })
      const figures = { promptTokens: 40, completionTokens: tokens.length, durationMs: 12.5, error: null }
      agent.socket.emit('serve-end', { requestId, finishReason: 'stop', ...figures, ...end })
      resolve(start)
    })
  })
}

async function readChunks(response: Response): Promise<(Record<string, unknown> | '[DONE]')[]> {
  // A long answer also has comments that keep the connection open.
  const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('data: '))
  return events.map((event) => {
    const data = event.replace(/^data: /, '')
    return data === '[DONE]' ? data : JSON.parse(data)
  })
}
const textOf = (chunks: unknown[]) =>
  chunks
    .map((chunk) => (chunk as { choices?: { delta: { content?: string } }[] }).choices?.[0]?.delta.content)
    .join('')

describe('a streamed answer', () => {
  it('comes from the agent in OpenAI chunks and is stored as a turn', async () => {
    const started = answerWith(['# Bean ', 'soup\n', '“¡Olé!”'])
    const response = await ask(as('visitor-1'))
    expect(response.headers.get('content-type')).toMatch('text/event-stream')
    expect(response.headers.get('cache-control')).toMatch('no-transform')
    const chunks = await readChunks(response)
    for (const chunk of chunks)
      if (chunk !== '[DONE]') expect(ChatCompletionChunk.parse(chunk)).toEqual(chunk)
    const turnId = (chunks[0] as { palate: { turnId: string } }).palate.turnId
    expect(chunks[0]).toMatchObject({ object: 'chat.completion.chunk', model: 'cook', palate: { turnId } })
    expect(textOf(chunks)).toBe('# Bean soup\n“¡Olé!”')
    expect(chunks.at(-2)).toMatchObject({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    expect(chunks.at(-1)).toBe('[DONE]')
    const { messages, sampling, model } = await started
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(messages[1]?.content).toMatch(/black beans/)
    expect(sampling).toEqual({ temperature: 0.7, topP: 0.95, maxTokens: 320 })
    expect(model.adapter).toMatchObject({ path: `/files/objects/${model.adapter?.sha256}` })
    expect(await getTurn(test.deps, { turnId })).toMatchObject({ text: '# Bean soup\n“¡Olé!”' })
  })

  it('ends with an error when the agent fails or disconnects meanwhile', async () => {
    const failing = answerWith(['# Be'], { finishReason: 'error', error: 'Out of memory.' })
    const chunks = await readChunks(await ask(as('visitor-2')))
    await failing
    expect(chunks.at(-1)).toMatchObject({
      error: { code: 'unavailable', message: 'The answer broke off: Out of memory.', remedy: 'Ask again.' },
    })
    const other = await connectAgent(test.origin, fixture.owner)
    await agent.hello({ serving: false })
    await other.hello()
    other.socket.once('serve-start', (_start: unknown, ack: (value: null) => void) => {
      ack(null)
      setTimeout(() => other.socket.disconnect(), 100)
    })
    const gone = await readChunks(await ask(as('visitor-3')))
    expect(gone.at(-1)).toMatchObject({ error: { message: 'The answer broke off: The agent disconnected.' } })
    await agent.hello()
  })

  it('is canceled at the agent when the visitor leaves, and its text so far is stored', async () => {
    const canceled = new Promise<string>((resolve) => {
      agent.socket.once('serve-start', (raw: unknown, ack: (value: null) => void) => {
        const { requestId } = ServeStart.parse(raw)
        ack(null)
        agent.socket.emit('serve-token', { requestId, text: '# Half' })
        agent.socket.once('serve-cancel', () => {
          resolve(requestId)
          const figures = { promptTokens: 1, completionTokens: 1, durationMs: 1, error: null }
          agent.socket.emit('serve-end', { requestId, finishReason: 'canceled', ...figures })
        })
      })
    })
    const abort = new AbortController()
    const response = await ask(as('visitor-4'), { signal: abort.signal })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!seen.includes('# Half')) {
      const part = await reader?.read()
      if (!part || part.done) throw new Error(`The answer ended early: ${seen}`)
      seen += part.value
    }
    abort.abort()
    await canceled
    const turnId = /"turnId":"(turn_\w+)"/.exec(seen)?.[1] ?? ''
    const turn = await until(() => getTurn(test.deps, { turnId }).catch(() => null))
    expect(turn).toMatchObject({ text: '# Half' })
  })

  it('fails at once when the agent refuses', async () => {
    agent.socket.once('serve-start', (_start: unknown, ack: (value: unknown) => void) =>
      ack({ error: { code: 'unavailable', message: 'The agent is training.' } }),
    )
    const response = await ask(as('visitor-5'))
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: { code: 'unavailable', message: 'The agent is training.' } },
    ])
  })
})

describe('the endpoint', () => {
  it('answers in one response without `stream`, and takes messages as OpenAI has them', async () => {
    const started = answerWith(['# ', 'Tortillas'], { finishReason: 'length' })
    const messages = [{ role: 'user', content: 'Tortillas?' }]
    const response = await ask({ model: 'cook', messages, temperature: 0, seed: 7 })
    const completion = await response.json()
    expect(ChatCompletion.parse(completion)).toEqual(completion)
    expect(completion).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: '# Tortillas' }, finish_reason: 'length' }],
    })
    expect(await started).toMatchObject({ messages, sampling: { temperature: 0, seed: 7 } })
  })

  it('lists the active models', async () => {
    const list = await (await fetch(`${test.origin}/v1/models`)).json()
    expect(ModelList.parse(list)).toEqual(list)
    expect(list).toMatchObject({ object: 'list', data: [{ id: 'cook', object: 'model' }] })
  })

  it.each([
    ['a body that is not JSON', 'not json', 400, /not JSON/],
    ['a missing field', { messages: [] }, 400, /not valid at model/],
    ['a temperature out of range', { ...question, temperature: 9 }, 400, /at temperature/],
    ['neither messages nor palate', { model: 'cook' }, 400, /neither messages nor palate/],
    [
      'an unknown model',
      { ...question, model: 'nobody' },
      404,
      /No model is deployed under the name "nobody"/,
    ],
    [
      'an unknown persona',
      { ...question, palate: { ...question.palate, persona: 'x' } },
      400,
      /no persona "x"/,
    ],
    ['a body that is too long', { ...question, filler: 'x'.repeat(600_000) }, 400, /longer than 512 KB/],
  ])('%s: an error with a reason', async (_name, body, status, sentence) => {
    const response = await fetch(`${test.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-forwarded-for': nextAddress() },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const { error } = (await response.json()) as { error: { message: string } }
    expect([response.status, error.message]).toEqual([status, expect.stringMatching(sentence)])
  })

  it('fails when no agent of the workspace serves, even if another workspace has one', async () => {
    const other = await createWorkspaceFixture(test.deps)
    await createVegan(other.engineer)
    const model = await createModel(test.deps, other.workspaceId)
    await saveDeployment(other.engineer, {
      slug: 'lonely',
      title: 'Lonely',
      modelVersionId: model.id,
      active: true,
    })
    const response = await ask({ ...as('visitor-6'), model: 'lonely' })
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: { code: 'unavailable', message: 'No agent is connected that can answer.' } },
    ])
  })
})

describe('the limit', () => {
  const once = async (visitorId: string, from: string) => {
    const answered = answerWith(['x'])
    const response = await ask(as(visitorId), { address: from })
    if (response.ok) await answered
    else agent.socket.off('serve-start')
    await response.text()
    return response
  }

  it('counts per visitor, and per address under any visitor id', async () => {
    const statuses = []
    for (let n = 0; n < 5; n += 1) statuses.push((await once('visitor-7', `192.0.2.${n}`)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 429])
    const shared = []
    for (let n = 0; n < 7; n += 1) shared.push((await once(`visitor-7-${n}`, '192.0.2.99')).status)
    expect(shared).toEqual([200, 200, 200, 200, 200, 200, 429])
    const rejected = await ask(as('visitor-8'), { address: '192.0.2.99' })
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(500)
    expect(await rejected.json()).toMatchObject({
      error: { code: 'rate_limit_exceeded', remedy: expect.stringMatching(/Try again in 10 minutes/) },
    })
  })

  it('is shared by all hubs on the database', async () => {
    const second = await startTestHub({ HUB_ANSWERS_PER_ADDRESS: '6' }, test, onTestFinished)
    const response = await postJson(`${second.origin}/v1/chat/completions`, as('visitor-9'), {
      'x-forwarded-for': '192.0.2.99',
    })
    expect(response.status).toBe(429)
  })

  it('bounds the answers in progress, and frees a place when one ends', async () => {
    const started: { requestId: string }[] = []
    agent.socket.on('serve-start', (raw: unknown, ack: (value: null) => void) => {
      started.push(ServeStart.parse(raw))
      ack(null)
    })
    const [first, second] = [await ask(as('visitor-10')), await ask(as('visitor-10'))]
    const third = await ask(as('visitor-10'))
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429])
    const [last, none] = [await ask(as('visitor-11')), await ask(as('visitor-12'))]
    expect([last.status, none.status]).toEqual([200, 503])
    expect(await none.json()).toMatchObject({
      error: { message: 'The agents are answering as many requests as they can.' },
    })
    for (const { requestId } of started) {
      const figures = { promptTokens: 1, completionTokens: 0, durationMs: 1, error: null }
      agent.socket.emit('serve-end', { requestId, finishReason: 'stop', ...figures })
    }
    await Promise.all([first.text(), second.text(), last.text()])
    agent.socket.off('serve-start')
    expect((await once('visitor-10', '192.0.2.50')).status).toBe(200)
  })
})
