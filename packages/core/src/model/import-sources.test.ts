import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { runSecret, upload } from '@palate/db'
import type { ModelFacts, TrainerEvent } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { storeArtifact } from '../artifact'
import { cancelRun } from '../run/cancel'
import { claimRun } from '../run/claim'
import { findInput } from '../run/lease'
import { createSealer } from '../secret'
import {
  createAgent,
  createModel,
  createTestDeps,
  createWorkspaceFixture,
  recordEvents,
  requestWork,
} from '../testing'
import { cleanUploads, completeUpload, createModelUpload, openUpload } from '../upload'
import { addModel, cleanHubTokens, listModels, retryImport } from './index'

const deps = await createTestDeps()
const hour = 3600_000
const hubToken = 'hf_secretOfOnePerson0123'
const whole = { 'hf/config.json': 'hf', 'model.gguf': 'gguf' }
const llama = { from: 'hub' as const, id: 'meta-llama/Llama-3.2-1B-Instruct' }

type Lease = NonNullable<Awaited<ReturnType<typeof claimRun>>>
type Agent = Awaited<ReturnType<typeof createAgent>>
type Fixture = Awaited<ReturnType<typeof createWorkspaceFixture>>

async function uploadFile(
  { engineer, workspaceId }: Fixture,
  format: 'gguf' | 'folder' | 'adapter',
  filename: string,
) {
  const content = Buffer.from(`${filename} ${randomUUID()}`)
  const made = await createModelUpload(engineer, { filename, format, sizeBytes: content.length })
  const { uploadId } = made
  const claims = { workspaceId, uploadId }
  const { storageKey } = await openUpload(deps, claims)
  const stored = await deps.storage.put(storageKey, Readable.from([content]))
  await completeUpload(deps, claims, stored)
  return { ...made, sha256: stored.sha256, storageKey }
}

test('an access token is stored sealed, reaches only the agent, and is gone when the import has finished', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { engineer, workspaceId } = fixture
  const { runId } = await addModel(engineer, { source: llama, hubToken })
  const rows = await deps.owner`select * from run_secret where run_id = ${runId}`
  expect(rows).toHaveLength(1)
  const everything = await deps.owner`
    select (select json_agg(run) from run)::text || (select json_agg(audit_log) from audit_log)::text
      || (select json_agg(run_secret) from run_secret)::text as text`
  expect(everything[0]?.text).not.toContain(hubToken)
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  expect(lease).toMatchObject({ runId, hubToken, config: { source: llama } })
  if (!lease) throw new Error('the import is leased')
  expect(JSON.stringify(lease.config)).not.toContain(hubToken)
  expect(await cleanHubTokens(deps)).toBe(0)
  await sendFiles(fixture, agent, lease, whole)
  await report(agent, lease, [{ type: 'run-end', status: 'finished', results: {}, error: null }])
  expect(await cleanHubTokens(deps)).toBe(1)
})

test('a sealed token opens for its own run only, and not under another secret', () => {
  const sealed = deps.sealer.seal(hubToken, 'run_a')
  expect(deps.sealer.open(sealed, 'run_a')).toBe(hubToken)
  expect(deps.sealer.open(sealed, 'run_b')).toBeNull()
  expect(deps.sealer.open(`${sealed.slice(0, -2)}AA`, 'run_a')).toBeNull()
  expect(deps.sealer.open('x', 'run_a')).toBeNull()
  expect(createSealer('another secret of an installation').open(sealed, 'run_a')).toBeNull()
  expect(deps.sealer.seal(hubToken, 'run_a')).not.toBe(sealed)
})

test('a token is refused where there is no hub, and one that is none', async () => {
  const { engineer } = await createWorkspaceFixture(deps)
  const starting = { from: 'starting' as const, id: 'smollm2-135m-instruct' }
  await expect(addModel(engineer, { source: starting, hubToken })).rejects.toMatchObject({ code: 'invalid' })
  await expect(addModel(engineer, { source: llama, hubToken: 'two words\n' })).rejects.toThrow(/access token/)
})

test('an import that failed is started again with its token, or with a new one', async () => {
  const { engineer, labeler, workspaceId } = await createWorkspaceFixture(deps)
  const { runId } = await addModel(engineer, { source: llama, hubToken })
  await expect(retryImport(engineer, { runId })).rejects.toMatchObject({ code: 'conflict' })
  await cancelRun(engineer, { id: runId })
  await expect(retryImport(labeler, { runId })).rejects.toMatchObject({ code: 'forbidden' })
  const again = await retryImport(engineer, { runId })
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  expect(lease).toMatchObject({ runId: again.runId, hubToken })
  if (!lease) throw new Error('the import is leased')
  const error = { code: 'model_gated' as const, message: 'Gated.', remedy: 'Accept it.' }
  await report(agent, lease, [{ type: 'run-end', status: 'failed', results: {}, error }])
  const newer = await retryImport(engineer, { runId: again.runId, hubToken: 'hf_anotherToken012345' })
  expect(await claimRun(agent, requestWork(['import']))).toMatchObject({
    ...{ runId: newer.runId, hubToken: 'hf_anotherToken012345' },
  })
  deps.advance(25 * hour)
  await cleanHubTokens(deps)
  const left = await deps.all.select().from(runSecret).where(eq(runSecret.workspaceId, workspaceId))
  expect(left.map((row) => row.runId)).toEqual([newer.runId])
})

test('an uploaded file is imported once, read by the agent of that import alone, and deleted a day after it', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { engineer, labeler, workspaceId } = fixture
  const announced = { filename: 'a.gguf', format: 'gguf' as const, sizeBytes: 9 }
  await expect(createModelUpload(labeler, announced)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(createModelUpload(engineer, { ...announced, filename: 'a.zip' })).rejects.toThrow(/\.gguf/)
  await expect(createModelUpload(engineer, { ...announced, format: 'folder' })).rejects.toThrow(/zip/)
  await expect(createModelUpload(engineer, { ...announced, sizeBytes: 2 ** 36 })).rejects.toThrow(/32 GiB/)
  const { uploadId: empty } = await createModelUpload(engineer, announced)
  const wanted = (uploadId: string) => ({
    source: { from: 'upload' as const, uploadId, format: 'gguf' as const },
  })
  await expect(addModel(engineer, wanted(empty))).rejects.toThrow(/has not arrived/)
  const { uploadId, sha256, storageKey } = await uploadFile(fixture, 'gguf', 'My model.Q4_K_M.gguf')
  const other = await createWorkspaceFixture(deps)
  await expect(addModel(other.engineer, wanted(uploadId))).rejects.toMatchObject({ code: 'not_found' })
  const made = await addModel(engineer, wanted(uploadId))
  expect(await addModel(engineer, wanted(uploadId))).toEqual(made)
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  expect(lease?.inputs).toEqual([expect.objectContaining({ name: 'upload.gguf', sha256 })])
  if (!lease) throw new Error('the import is leased')
  const ids = { workspaceId, agentId: agent.agentId, runId: lease.runId, attemptId: lease.attemptId }
  expect(await findInput(deps, { ...ids, epoch: lease.epoch }, sha256)).toBe(storageKey)
  deps.advance(30 * hour)
  await cleanUploads(deps)
  expect(await deps.all.select().from(upload).where(eq(upload.id, uploadId))).toHaveLength(1)
  await sendFiles(fixture, agent, lease, whole)
  await report(agent, lease, [{ type: 'run-end', status: 'finished', results: {}, error: null }])
  deps.advance(25 * hour)
  await cleanUploads(deps)
  expect(await deps.all.select().from(upload).where(eq(upload.id, uploadId))).toEqual([])
  await expect(deps.storage.size(storageKey)).rejects.toThrow()
})

test('an uploaded adapter is put on a base of the registry and becomes an adapter of it', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { engineer, workspaceId } = fixture
  const base = await createModel(deps, workspaceId)
  const own = await createModel(deps, workspaceId, base)
  const { uploadId } = await uploadFile(fixture, 'adapter', 'cook.zip')
  const source = { from: 'upload' as const, uploadId, format: 'adapter' as const }
  await expect(addModel(engineer, { source })).rejects.toThrow(/needs its base/)
  const onAdapter = { ...source, baseModelVersionId: own.id }
  await expect(addModel(engineer, { source: onAdapter })).rejects.toThrow(/is an adapter itself/)
  await addModel(engineer, { source: { ...source, baseModelVersionId: base.id } })
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  expect(lease?.inputs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['upload.zip', 'model/config.json', 'base.gguf']),
  )
  if (!lease) throw new Error('the import is leased')
  await sendFiles(fixture, agent, lease, {
    'adapter/adapter_model.safetensors': 'adapter',
    'adapter.gguf': 'adapter-gguf',
  })
  await report(agent, lease, [{ type: 'run-end', status: 'finished', results: {}, error: null }])
  expect((await listModels(engineer))[0]).toMatchObject({ name: 'cook', kind: 'adapter', baseId: base.id })
})

test('a GGUF file that transformers cannot read is registered for serving', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const { engineer, workspaceId } = fixture
  const { uploadId } = await uploadFile(fixture, 'gguf', 'odd.gguf')
  await addModel(engineer, { source: { from: 'upload', uploadId, format: 'gguf' } })
  const agent = await createAgent(deps, workspaceId)
  const lease = await claimRun(agent, requestWork(['import']))
  if (!lease) throw new Error('the import is leased')
  const notTrainable = 'Its GGUF file alone cannot be trained on. Its tokenizer cannot be read from it.'
  await report(agent, lease, [{ type: 'model', ...facts, notTrainable }])
  await sendFiles(fixture, agent, lease, { 'model.gguf': 'gguf' })
  await report(agent, lease, [{ type: 'run-end', status: 'finished', results: {}, error: null }])
  const [model] = await listModels(engineer)
  expect(model).toMatchObject({ name: 'odd', kind: 'base', notServable: null, notTrainable })
})

const facts: ModelFacts = {
  ...{ source: 'the upload odd.gguf', license: null, architecture: 'gemma3', parameters: 9, layers: 1 },
  ...{ hiddenSize: 8, contextTokens: 2048, vocabulary: 99, quantization: 'Q4_K', fallbackTensors: 0 },
  ...{
    template: '{{ messages }}',
    chatTemplate: 'own',
    templateSha256: 'ab',
    systemRole: false,
    endToken: '<eos>',
  },
  ...{ gate: null, notServable: null, notTrainable: null },
}

const sent = new Map<string, number>()

async function report(agent: Agent, { runId, attemptId, epoch }: Lease, said: TrainerEvent[]) {
  const events = said.map((event) => {
    const seq = (sent.get(attemptId) ?? 0) + 1
    sent.set(attemptId, seq)
    return { seq, at: 1_760_000_000_000, event }
  })
  await recordEvents(agent, { runId, attemptId, epoch, events })
}

async function sendFiles(
  { workspaceId }: Fixture,
  agent: Agent,
  { runId, attemptId, epoch }: Lease,
  files: Record<string, string>,
) {
  const lease = { workspaceId, agentId: agent.agentId, runId, attemptId, epoch }
  for (const [path, role] of Object.entries(files)) {
    const { sha256 } = await deps.storage.putContent(Readable.from([Buffer.from(path)]))
    const stream = Readable.from([Buffer.from(path)])
    await storeArtifact(deps, lease, { path: `output/${path}`, role, sha256, stream })
  }
}
