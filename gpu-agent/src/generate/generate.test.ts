import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GenerateItem, TrainerEvent } from '@palate/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeHome, startAgent, temporaryHome, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'
import { tinyModel } from '../testing/tiny-model'
import { Answers, type Generation, readItems } from './files'

const python = process.env.PALATE_PYTHON
const unlessPython = python
  ? ''
  : ' (skipped: PALATE_PYTHON names no Python environment to make a model with)'

const item = (index: number, model: string): GenerateItem => ({
  itemId: `var_${model}_${index}`,
  model,
  system: 'You are a helpful cook.',
  user: `I have rice, tofu and ${index} eggs. Dinner.`,
  sampling: { temperature: 0.7, topP: 1, maxTokens: 40, seed: index },
})
const lines = (values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

describe.skipIf(!python)(`a generate run${unlessPython}`, () => {
  let hub: TestHub
  let home: string
  beforeEach(async () => {
    hub = await TestHub.start()
    home = await temporaryHome()
  })
  afterEach(async () => {
    await hub.stop()
    await removeHome(home)
  })

  const events = (runId: string): TrainerEvent[] =>
    hub.attemptsOf(runId).flatMap((attempt) => attempt.events.map(({ event }) => event))
  const generations = (runId: string) => events(runId).filter((event) => event.type === 'generation')

  async function lease(runId: string, items: GenerateItem[]) {
    const files = await tinyModel(python ?? '')
    const models = {
      base: { base: 'base.gguf', adapter: null },
      tuned: { base: 'base.gguf', adapter: 'adapter.gguf' },
    }
    const inputs = {
      'base.gguf': await readFile(files.base),
      'adapter.gguf': await readFile(files.adapter),
      'items.jsonl': lines(items),
    }
    return hub.lease(runId, { models, items: 'items.jsonl' }, inputs, 'generate')
  }

  it('answers every item with base model and adapter, and reports progress', async () => {
    const items = [
      ...[1, 2, 3].map((index) => item(index, 'base')),
      ...[1, 2, 3].map((index) => item(index, 'tuned')),
    ]
    await lease('run_g', items)
    const agent = await startAgent(hub.url, home)
    expect(await until('the end', () => hub.endOf('run_g'))).toMatchObject({
      status: 'finished',
      results: { generated: 6 },
    })
    const texts = new Map(generations('run_g').map(({ itemId, text }) => [itemId, text]))
    expect([...texts.keys()].sort()).toEqual(items.map(({ itemId }) => itemId).sort())
    expect(texts.get('var_base_1')).not.toBe(texts.get('var_tuned_1'))
    // As sampled: 1 where only one word was possible at each place, and never less.
    for (const { perplexity } of generations('run_g')) expect(perplexity).toBeGreaterThanOrEqual(1)
    const progress = events('run_g').flatMap((event) => (event.type === 'progress' ? [event.step] : []))
    expect(progress.at(-1)).toBe(6)
    await agent.stop()
  })

  it('that is stopped half way resumes with the missing items only', async () => {
    const items = Array.from({ length: 60 }, (_, index) => item(index, 'base'))
    await lease('run_h', items)
    const first = await startAgent(hub.url, home)
    await until('some answers', () => generations('run_h').length >= 8)
    await first.stop()
    expect(hub.endOf('run_h')).toBeNull()
    const made = (await readFile(join(home, 'runs/run_h/work/answers.jsonl'), 'utf8'))
      .trim()
      .split('\n').length
    const second = await startAgent(hub.url, home)
    const end = await until('the end', () => hub.endOf('run_h'))
    expect(end).toMatchObject({ status: 'finished', results: { items: 60, generated: 60 } })
    expect(made).toBeGreaterThanOrEqual(8)
    const attempts = hub.attemptsOf('run_h')
    expect(attempts.map(({ lost }) => lost)).toEqual([true, false])
    const texts = attempts.map(({ events: all }) =>
      all.flatMap(({ event }) =>
        event.type === 'generation' ? [[event.itemId, event.text, event.durationMs] as const] : [],
      ),
    )
    // The answers of the first attempt are identical, including their duration: they were not generated again.
    const again = new Map((texts[1] ?? []).map(([itemId, ...rest]) => [itemId, rest]))
    for (const [itemId, ...rest] of texts[0] ?? []) expect(again.get(itemId)).toEqual(rest)
    expect(again.size).toBe(60)
    await second.stop()
  })

  it('fails with a message when its model file is not a model', async () => {
    const models = { base: { base: 'base.gguf', adapter: null } }
    const inputs = { 'base.gguf': 'no weights', 'items.jsonl': lines([item(1, 'base')]) }
    hub.lease('run_x', { models, items: 'items.jsonl' }, inputs, 'generate')
    const agent = await startAgent(hub.url, home)
    const end = await until('the end', () => hub.endOf('run_x'))
    expect(end).toMatchObject({ status: 'failed', error: { code: 'generate_failed' } })
    await agent.stop()
  })
})

describe('the answers on disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palate-answers-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const generation = (itemId: string): Generation => ({
    ...{ type: 'generation', itemId, text: 'Bánh mì 🥖', tokens: 3, finishReason: 'stop', durationMs: 5 },
  })

  it('are read again, without an incomplete last line', async () => {
    const path = join(folder, 'answers.jsonl')
    const first = await Answers.open(path)
    await first.add(generation('a'))
    await first.close()
    await appendFile(path, '{"type":"generation","itemId":"b","te')
    const second = await Answers.open(path)
    expect([...second.made.values()]).toEqual([generation('a')])
    await second.add(generation('b'))
    await second.close()
    expect([...(await Answers.open(path)).made.keys()]).toEqual(['a', 'b'])
  })

  it('need valid items: an invalid one is named by its line', async () => {
    const path = join(folder, 'items.jsonl')
    await writeFile(path, `${lines([item(1, 'base')])}\n{"itemId":"x"}\n`)
    await expect(readItems(path)).rejects.toThrow(/^Line 3 of the items/)
  })
})
