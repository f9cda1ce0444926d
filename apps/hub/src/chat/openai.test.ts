import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { createApiKey, saveDeployment } from '@palate/core'
import { createModel, createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { ServeStart } from '@palate/protocol'
import OpenAI, { APIError } from 'openai'
import { beforeEach, describe, expect, it } from 'vitest'
import { connectAgent } from '../testing/agent'
import { startTestHub } from '../testing/hub'

const test = await startTestHub({ HUB_ANSWERS_PER_ADDRESS: '1000', HUB_ANSWERS_AT_ONCE: '50' })
const fixture = await createWorkspaceFixture(test.deps)
await createVegan(fixture.engineer)
const model = await createModel(test.deps, fixture.workspaceId)
await saveDeployment(fixture.engineer, {
  ...{ slug: 'cook', title: 'The cook', modelVersionId: model.id, active: true },
})
const agent = await connectAgent(test.origin, fixture.owner)
await agent.hello()

let started: ServeStart[] = []
let end: object = {}
beforeEach(() => {
  started = []
  end = {}
})
agent.socket.on('serve-start', (raw: unknown, ack: (value: null) => void) => {
  const start = ServeStart.parse(raw)
  started.push(start)
  ack(null)
  const { requestId } = start
  for (const text of ['# Bean ', 'soup']) agent.socket.emit('serve-token', { requestId, text })
  const figures = { promptTokens: 40, completionTokens: 2, durationMs: 12.5, error: null }
  agent.socket.emit('serve-end', { requestId, finishReason: 'stop', ...figures, ...end })
})

const clientOf = (apiKey: string) =>
  new OpenAI({ apiKey, baseURL: `${test.origin}/v1`, maxRetries: 0, timeout: 20_000 })
const stranger = clientOf('none')

/** `top_k` is of other servers; the client sends on what it does not know. */
type Body = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model' | 'messages' | 'stream'> & {
  top_k?: number
}
type Messages = OpenAI.ChatCompletionMessageParam[]
const soup: Messages = [{ role: 'user', content: 'A soup.' }]

/** Asks whole and streamed. @returns the text and the reason of the end, which must be the same */
async function askTwice(client: OpenAI, body: Body, messages = soup): Promise<[string, string]> {
  const whole = await client.chat.completions.create({ ...body, model: 'cook', messages })
  const stream = client.chat.completions.stream({ ...body, model: 'cook', messages })
  const final = await stream.finalChatCompletion()
  const [one, two] = [whole, final].map(
    ({ choices: [choice] }) => [choice?.message.content ?? '', choice?.finish_reason ?? ''] as const,
  )
  expect(two).toEqual(one)
  return [...(one ?? ['', ''])] as [string, string]
}

async function errorOf(asking: Promise<unknown>): Promise<APIError> {
  const error = await asking.then(
    () => new Error('It was answered.'),
    (reason: unknown) => reason,
  )
  if (error instanceof APIError) return error
  throw error
}

describe('the official client for Node', () => {
  it('is answered whole where it does not ask for a stream', async () => {
    const answer = await stranger.chat.completions.create({ model: 'cook', messages: soup })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: '# Bean soup' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 40, completion_tokens: 2, total_tokens: 42 },
    })
    expect(started[0]).toMatchObject({
      messages: soup,
      sampling: { temperature: 1, topP: 1, maxTokens: 4096 },
      stop: [],
    })
  })

  it.each([
    [undefined, []],
    [
      { include_usage: true },
      [null, null, null, { prompt_tokens: 40, completion_tokens: 2, total_tokens: 42 }],
    ],
  ] as const)('gets the usage of a stream as it asks for: %j', async (stream_options, usages) => {
    const stream = await stranger.chat.completions.create({
      ...{ model: 'cook', messages: soup, stream: true },
      ...(stream_options ? { stream_options } : {}),
    })
    const chunks: OpenAI.ChatCompletionChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    const texts = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ''))
    expect(texts.join('')).toBe('# Bean soup')
    const seen = chunks.flatMap(({ usage }) => (usage === undefined ? [] : [usage]))
    expect([seen.at(-1), new Set(seen.slice(0, -1))]).toEqual([
      usages.at(-1),
      new Set(usages.length > 0 ? [null] : []),
    ])
    expect(chunks.at(-1)?.choices.length).toBe(usages.length > 0 ? 0 : 1)
  })

  const parameters: [name: string, body: Body, expected: object][] = [
    ['null for every default', { temperature: null, top_p: null, max_tokens: null, stop: null, n: null }, {}],
    ['max_completion_tokens', { max_completion_tokens: 7 }, { sampling: { maxTokens: 7 } }],
    ['max_tokens', { max_tokens: 9 }, { sampling: { maxTokens: 9 } }],
    ['more tokens than there is room for', { max_tokens: 100_000 }, { sampling: { maxTokens: 4096 } }],
    ['one stop text', { stop: '\n' }, { stop: ['\n'] }],
    ['four stop texts', { stop: ['a', 'b', 'c', 'd'] }, { stop: ['a', 'b', 'c', 'd'] }],
    ['temperature and top_p at their ends', { temperature: 2, top_p: 0 }, { sampling: { temperature: 2 } }],
    ['top_k', { top_k: 40 }, { sampling: { topK: 40 } }],
    ['top_k 0 for every token', { top_k: 0 }, { sampling: { topP: 1 } }],
    ['a negative seed', { seed: -1 }, { sampling: { seed: 2 ** 32 - 1 } }],
    [
      'n, penalties, formats that ask for nothing',
      {
        n: 1,
        presence_penalty: 0,
        logit_bias: {},
        logprobs: false,
        tools: [],
        response_format: { type: 'text' },
      },
      {},
    ],
    ['fields that change no answer', { user: 'u', safety_identifier: 's', prompt_cache_key: 'k' }, {}],
  ]
  it.each(parameters)('is understood, streamed and not: %s', async (_name, body, expected) => {
    expect(await askTwice(stranger, body)).toEqual(['# Bean soup', 'stop'])
    expect(started).toMatchObject([expected, expected])
  })

  it('may send parts, and an earlier answer as it came', async () => {
    const first = await stranger.chat.completions.create({ model: 'cook', messages: soup })
    const answer = first.choices[0]?.message
    if (!answer) throw new Error('There is no answer.')
    const parts = [
      { type: 'text' as const, text: 'A soup.' },
      { type: 'text' as const, text: 'Hot.' },
    ]
    await askTwice(stranger, {}, [...soup, answer, { role: 'user', content: parts }])
    expect(started[1]?.messages.map(({ content }) => content)).toEqual([
      'A soup.',
      '# Bean soup',
      'A soup.\nHot.',
    ])
  })

  const noImage = [{ type: 'image_url', image_url: { url: 'data:,' } }]
  const refused: [field: string, body: object, sentence: RegExp, code?: string][] = [
    ['n', { n: 2 }, /one choice/],
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, /no tools/],
    ['logprobs', { logprobs: true }, /no log probabilities/],
    ['response_format.type', { response_format: { type: 'json_object' } }, /text only/],
    ['frequency_penalty', { frequency_penalty: 1 }, /no penalties/],
    ['store', { store: true }, /does not keep/],
    ['top_k', { top_k: 1001 }, /<=1000/],
    ['min_p', { min_p: 0.1 }, /min_p/, 'unknown_parameter'],
    ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }, /up to four texts/],
    ['stream_options', { stream_options: { include_usage: true } }, /only for "stream": true/],
    ['max_tokens', { max_tokens: 1, max_completion_tokens: 1 }, /send one of them/],
    ['temperature', { temperature: 3 }, /<=2/],
    ['messages[0].content', { messages: [{ role: 'user', content: noImage }] }, /no images/],
    ['messages[0].role', { messages: [{ role: 'tool', content: '' }] }, /no tools/],
    ['messages', { messages: undefined }, /neither messages nor palate/],
  ]
  it.each(refused)(
    'is refused what Palate does not do: %s',
    async (param, body, sentence, code = 'invalid_value') => {
      const asking = stranger.post('/chat/completions', { body: { model: 'cook', messages: soup, ...body } })
      const error = await errorOf(asking)
      expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param, code })
      expect(error.message).toMatch(sentence)
      expect(started).toEqual([])
    },
  )

  it('finds one model, and reads which there is not', async () => {
    expect(await stranger.models.retrieve('cook')).toMatchObject({ id: 'cook', object: 'model' })
    const missing = { status: 404, type: 'invalid_request_error', param: 'model', code: 'model_not_found' }
    expect(await errorOf(stranger.models.retrieve('nobody'))).toMatchObject(missing)
    const asking = stranger.chat.completions.create({ model: 'nobody', messages: soup })
    expect(await errorOf(asking)).toMatchObject(missing)
    expect(await errorOf(stranger.post('/embeddings'))).toMatchObject({ status: 404, code: 'unknown_url' })
  })

  it('learns that the messages are too long, so that it does not ask again', async () => {
    end = { finishReason: 'error', error: 'The prompt has 5000 tokens.', errorCode: 'prompt_too_long' }
    const error = { param: 'messages', code: 'context_length_exceeded' }
    const asking = stranger.chat.completions.create({ model: 'cook', messages: soup })
    expect(await errorOf(asking)).toMatchObject({ status: 400, ...error })
    expect(
      await errorOf(stranger.chat.completions.stream({ model: 'cook', messages: soup }).done()),
    ).toMatchObject(error)
  })
})

describe('a system message', () => {
  const roles = ['system', 'developer'] as const
  const withSystem = (role: (typeof roles)[number]): Messages => [
    ...soup,
    { role, content: 'You are a pirate.' },
  ]

  it.each(roles)('of a stranger is refused: %s', async (role) => {
    const other = await createWorkspaceFixture(test.deps)
    const { key } = await createApiKey(other.owner, { name: 'key', role: 'viewer' })
    for (const client of [stranger, clientOf(key)]) {
      const asking = client.chat.completions.create({ model: 'cook', messages: withSystem(role) })
      expect(await errorOf(asking)).toMatchObject({
        ...{ status: 403, param: 'messages[1].role', code: 'system_message_refused' },
        message: expect.stringMatching(/keeps its own system prompts.*needs an API key of its workspace/),
      })
    }
    expect(started).toEqual([])
  })

  it.each(roles)('with an API key of the workspace is taken: %s', async (role) => {
    const { key } = await createApiKey(fixture.owner, { name: 'key', role: 'viewer' })
    await askTwice(clientOf(key), {}, withSystem(role))
    expect(started[0]?.messages).toEqual([...soup, { role: 'system', content: 'You are a pirate.' }])
  })

  it('with an unknown key is not answered at all', async () => {
    const asking = clientOf('plt_unknown').chat.completions.create({ model: 'cook', messages: soup })
    expect(await errorOf(asking)).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })
})

const python = process.env.PALATE_PYTHON ?? 'python3'
const hasPythonClient = spawnSync(python, ['-c', 'import openai']).status === 0
const unlessPython = hasPythonClient ? '' : ' (skipped: the Python of PALATE_PYTHON has no package openai)'

/** Prints what it read whole and streamed, and the error of a request that is refused. */
const program = `
import json, sys, openai
client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0, timeout=20)
ask = dict(model="cook", messages=[{"role": "user", "content": "A soup."}], stop=["x"], max_completion_tokens=9)
whole = client.chat.completions.create(**ask)
chunks = list(client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}))
streamed = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
try:
    client.chat.completions.create(**ask, n=2)
except openai.BadRequestError as error:
    refused = [error.param, error.code, error.type]
usage = [whole.usage.total_tokens, chunks[-1].usage.total_tokens]
print(json.dumps([whole.choices[0].message.content, streamed, usage, client.models.retrieve("cook").id, refused]))
`

it.skipIf(!hasPythonClient)(`the official client for Python reads the same${unlessPython}`, async () => {
  const { stdout } = await promisify(execFile)(python, ['-c', program, `${test.origin}/v1`])
  const refused = ['n', 'invalid_value', 'invalid_request_error']
  expect(JSON.parse(stdout)).toEqual(['# Bean soup', '# Bean soup', [42, 42], 'cook', refused])
  expect(started).toMatchObject([{ stop: ['x'] }, { sampling: { maxTokens: 9 } }])
})
