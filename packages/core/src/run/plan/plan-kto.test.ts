import { text } from 'node:stream/consumers'
import { artifact, newId, run } from '@palate/db'
import { type ModelSource, readModelShape, rounds, type TrainerEvent } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { giveFeedback, prepareChat, storeTurn } from '../../chat'
import { saveDeployment } from '../../deployment'
import { getModel } from '../../model'
import { registerModelVersion } from '../../model/register'
import {
  createAgent,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
  deliver,
  recordEvents,
  requestWork,
} from '../../testing'
import { claimRun, createRun, getEstimateFacts, getReadiness, getRun, getRunSummary } from '../index'

const deps = await createTestDeps()
let names = 0

/** A fixture with a tuned model in the public chat, and a function that rates its answers. */
async function openChat() {
  const fixture = await createWorkspaceFixture(deps)
  const base = await createModel(deps, fixture.workspaceId)
  const persona = await createVegan(fixture.engineer)
  names += 1
  const slug = `thumbs-${names}`
  await saveDeployment(fixture.engineer, { slug, title: 'Palate', modelVersionId: base.id })
  const rate = async (thumb: 'up' | 'down' | null, answer: string, finishReason = 'stop') => {
    deps.advance(1000)
    const question = { persona: 'mexican-vegan', inventory: ['beans', 'lime'], request: 'Quick.' }
    const asked = await prepareChat(deps, { slug, ...question })
    const { turnId, workspaceId, personaVersionId, inventory, request } = asked
    const visitorId = 'visitor-0123'
    await storeTurn(deps, {
      ...{ turnId, workspaceId, personaVersionId, visitorId, inventory, request, finishReason },
      ...{ deploymentId: asked.deployment.id, modelVersionId: asked.model.modelVersionId, text: answer },
      ...{ sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 }, completionTokens: 5, durationMs: 9 },
    })
    if (thumb) await giveFeedback(deps, { turnId, visitorId, thumb })
    return turnId
  }
  return { ...fixture, base, persona, rate }
}

test('a training on thumbs has the rated, complete answers with their own prompts', async () => {
  const { engineer, viewer, labeler, base, persona, rate, workspaceId } = await openChat()
  const start = () => createRun(engineer, { kind: 'kto', config: { epochs: 1 } })
  await expect(start()).rejects.toMatchObject({
    message: 'No answer of the public chat has a thumb yet.',
  })
  const good = await rate('up', '# Beans\nCook.')
  await expect(start()).rejects.toMatchObject({
    message: 'All thumbs point up. The training needs thumbs up and thumbs down.',
  })
  const bad = await rate('down', '# Steak\nFry.')
  await rate('down', '# Cut off in the mid', 'length')
  await rate(null, '# Nobody rated this')
  await expect(createRun(labeler, { kind: 'kto' })).rejects.toMatchObject({ code: 'forbidden' })

  const made = await start()
  expect(made).toMatchObject({
    ...{ kind: 'kto', name: 'thumbs', status: 'queued' },
    lineage: { baseModelVersionId: base.id, thumbs: { up: 1, down: 1, unfinished: 1 } },
  })
  const [row] = await deps.all.select().from(run).where(eq(run.id, made.id))
  const input = row?.inputs.at(-1)
  expect(input?.name).toBe('thumbs.jsonl')
  const lines = (await text(await deps.storage.stream(input?.storageKey ?? ''))).trim().split('\n')
  const asked = { system: persona.systemPrompt, user: 'I have beans and lime. Quick.' }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { turnId: good, ...asked, answer: '# Beans\nCook.', thumb: 'up' },
    { turnId: bad, ...asked, answer: '# Steak\nFry.', thumb: 'down' },
  ])
  expect(await getReadiness(viewer)).toMatchObject({ thumbs: { up: 1, down: 1, unfinished: 1 } })
  expect(await getEstimateFacts(viewer, { kind: 'kto' })).toMatchObject({ rows: { sequences: 2 } })

  await deliver(deps, workspaceId, made.id, 'dpo')
  if (!row) throw new Error('no run')
  const model = await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, row))
  const { lineage } = await getModel(viewer, { id: model?.id ?? '' })
  expect(lineage.thumbs).toMatchObject({ up: 1, down: 1 })
})

test('thumbs of another workspace are not used', async () => {
  const other = await openChat()
  await other.rate('up', '# Beans')
  await other.rate('down', '# Steak')
  const own = await openChat()
  expect((await getReadiness(own.viewer)).thumbs).toEqual({ up: 0, down: 0, unfinished: 0 })
  await expect(
    createRun(own.engineer, { kind: 'kto', baseModelVersionId: other.base.id }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

const source = { from: 'hub', id: 'acme/small-llama', revision: 'v2' } as const
const llama = {
  ...{ hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 128, vocab_size: 420, tie_word_embeddings: true },
}

test('an external model is trained without the registry, and its first run reports its shape', async () => {
  const { engineer, viewer, rate, workspaceId } = await openChat()
  await rate('up', '# Beans')
  await rate('down', '# Steak')
  const machine = await createAgent(deps, workspaceId)
  const facts = () => getEstimateFacts(viewer, { kind: 'kto', base: source })
  expect(await facts()).toMatchObject({ shape: null, rows: { sequences: 2 } })

  /** Runs the training on the agent; `delivers`: whether it uploads the adapter. */
  const train = async (delivers: boolean) => {
    const { id } = await createRun(engineer, { kind: 'kto', config: { base: source } })
    const lease = await claimRun(machine, requestWork(['kto']))
    if (!lease) throw new Error('no lease')
    expect(lease.inputs.map(({ name }) => name)).toEqual(['thumbs.jsonl'])
    expect(lease.config).toEqual({ ...rounds.published.kto, base: source })
    const { runId, attemptId, epoch } = lease
    const file = { role: 'adapter', path: 'adapter.safetensors', storageKey: 'x', sizeBytes: 1, sha256: 'a' }
    if (delivers)
      await deps.all.insert(artifact).values({ id: newId('art'), workspaceId, runId, attemptId, ...file })
    const events: TrainerEvent[] = [
      { type: 'run-start', totalSteps: 1, model: llama },
      { type: 'run-end', status: 'finished', results: {}, error: null },
    ]
    const spooled = events.map((event, index) => ({ seq: index + 1, at: 1, event }))
    await recordEvents(machine, { runId, attemptId, epoch, events: spooled })
    return getRun(viewer, { id })
  }
  const made = await train(true)
  expect(made).toMatchObject({
    ...{ status: 'finished', modelVersionId: null },
    lineage: { base: 'acme/small-llama at v2', thumbs: { up: 1, down: 1 } },
  })
  expect(made.lineage).not.toHaveProperty('baseModelVersionId')
  expect((await facts()).shape).toEqual(readModelShape(llama))
  expect(
    (await getEstimateFacts(viewer, { kind: 'kto', base: { ...source, id: 'acme/other' } })).shape,
  ).toBeNull()
  expect(await getRunSummary(viewer, { id: made.id })).toMatchObject({ attempts: [] })
  expect(await train(false)).toMatchObject({ status: 'failed', failure: { code: 'artifacts_missing' } })
})

test('a given shape makes an estimate and a memory need before the first run', async () => {
  const { engineer, rate } = await openChat()
  await rate('up', '# Beans')
  await rate('down', '# Steak')
  const base = { from: 'folder', path: '/models/small' } as const
  const input = { kind: 'kto', config: { base } } as const
  const bare = await createRun(engineer, input)
  expect(bare.needs.gpuMemoryBytes).toBeNull()
  const shape = readModelShape({
    ...llama,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
  })
  const known = await createRun(engineer, { ...input, baseShape: shape ?? undefined })
  expect(known.needs.gpuMemoryBytes).toBeGreaterThan(2e9)
})

test('impossible inputs are refused with a sentence', async () => {
  const { engineer, base, rate } = await openChat()
  await rate('up', '# Beans')
  await rate('down', '# Steak')
  await expect(
    createRun(engineer, { kind: 'kto', config: { base: source }, baseModelVersionId: base.id }),
  ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('not both') })
  await expect(
    createRun(engineer, { kind: 'sft', config: { base: source, fullWeights: true } }),
  ).rejects.toThrow(/on an external model only an adapter is trained/)
  const wrong: unknown[] = [
    ...['llama', 'a/b/c', '../etc/passwd', 'a/..', 'a/b--c', '', 'a b/c'].map((id) => ({ from: 'hub', id })),
    { ...source, revision: '../main' },
    ...['models/x', '/models/../etc', '', '~/x', '/a\u0000b'].map((path) => ({ from: 'folder', path })),
    { from: 'web', id: 'a/b' },
  ]
  for (const bad of wrong)
    await expect(
      createRun(engineer, { kind: 'kto', config: { base: bad as ModelSource } }),
      JSON.stringify(bad),
    ).rejects.toThrow()
})
