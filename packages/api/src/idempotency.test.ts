import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { seedPersonas } from '@palate/core'
import {
  createAgent,
  createModel,
  createTestDeps,
  createWorkspaceFixture,
  queueRun,
} from '@palate/core/testing'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)
const { workspaceId } = fixture
const base = await createModel(deps, workspaceId)
const tuned = await createModel(deps, workspaceId, base)
// As after an import: only such a base takes an adapter into itself.
await deps.owner`update model_version set facts = ${deps.owner.json({ license: null, notServable: null })} where id = ${base.id}`
await deps.all.transaction((tx) => seedPersonas(tx, fixture.owner))
const agent = await createAgent(deps, workspaceId)
await deps.owner`update agent set kinds = array['probe'] where id = ${agent.agentId}`
const stored = await deps.storage.put('uploads/upload_test', Readable.from(['title\n']))
await deps.owner`insert into upload ${deps.owner({
  id: 'upload_test',
  workspace_id: workspaceId,
  filename: 'recipes.csv',
  storage_key: stored.key,
  size_bytes: stored.sizeBytes,
  sha256: stored.sha256,
  completed_at: new Date().toISOString(),
})}`

// A canceled run whose checkpoint the agent keeps.
const canceled = await queueRun(deps, workspaceId)
await deps.owner`update run set status = 'canceled', lease_epoch = 1 where id = ${canceled.id}`
await deps.owner`insert into attempt ${deps.owner({
  id: 'att_canceled',
  workspace_id: workspaceId,
  run_id: canceled.id,
  number: 1,
  agent_id: agent.agentId,
  epoch: 1,
  status: 'canceled',
  checkpoint_step: 5,
  lease_expires_at: new Date().toISOString(),
  ended_at: new Date().toISOString(),
})}`
const kept = [{ runId: canceled.id, step: 5, sizeBytes: 1, keptUntil: Date.now() + 3600_000 }]
const report = { keepMs: 1, budgetBytes: 1, reportedAt: Date.now() + 3600_000, kept }
await deps.owner`update agent set checkpoints = ${deps.owner.json(report)} where id = ${agent.agentId}`

// An import that failed.
const failed = await queueRun(deps, workspaceId)
await deps.owner`update run set status = 'failed', kind = 'import' where id = ${failed.id}`

const body = { name: 'a cook', cuisines: [], flavors: [], diets: [], forbidden: [], preferred: [] }
const dataset = 'dataset_version'

/** Every mutation that creates something: an input, another one, and the table that gets one row. */
const creating: Record<string, { input?: unknown; other?: unknown; table: string }> = {
  'agent.createEnrollmentCode': { table: 'enrollment_code' },
  'agent.probe': { input: { id: agent.agentId }, table: 'run' },
  'apiKey.create': { input: { name: 'one' }, other: { name: 'two' }, table: 'api_key' },
  'dataset.createUpload': {
    input: { filename: 'a.csv', sizeBytes: 1 },
    other: { filename: 'b.csv', sizeBytes: 1 },
    table: 'upload',
  },
  'dataset.import': { input: { uploadId: 'upload_test', name: 'recipes' }, table: dataset },
  'dataset.importSample': { input: { sample: 'csv' }, other: { sample: 'jsonl' }, table: dataset },
  'deployment.save': {
    input: { slug: 'cook', title: 'Cook', modelVersionId: tuned.id },
    other: { slug: 'chef', title: 'Cook', modelVersionId: tuned.id },
    table: 'deployment',
  },
  'evaluation.create': { input: { caseLimit: 2 }, other: { caseLimit: 3 }, table: 'evaluation' },
  'invitation.create': { input: { role: 'labeler' }, other: { role: 'viewer' }, table: 'invitation' },
  'model.add': {
    input: { source: { from: 'starting', id: 'smollm2-135m-instruct' } },
    other: { source: { from: 'hub', id: 'acme/small-llama' } },
    table: 'run',
  },
  'model.createUpload': {
    input: { filename: 'a.gguf', format: 'gguf', sizeBytes: 1 },
    other: { filename: 'b.gguf', format: 'gguf', sizeBytes: 1 },
    table: 'upload',
  },
  'model.push': {
    input: { id: tuned.id, address: 'http://ollama.example:11434', name: 'cook' },
    other: { id: tuned.id, address: 'http://ollama.example:11434', name: 'chef' },
    table: 'model_push',
  },
  'model.retryImport': { input: { runId: failed.id }, table: 'run' },
  'model.merge': {
    input: { id: tuned.id },
    other: { id: tuned.id, quantization: 'Q8_0' },
    table: 'run',
  },
  'persona.importYaml': {
    input: { yaml: 'version: 1\npersonas:\n  - slug: imported\n    name: a guest\n' },
    table: 'persona_version',
  },
  'persona.save': {
    input: { slug: 'cook', body },
    other: { slug: 'chef', body },
    table: 'persona_version',
  },
  'run.create': { input: { kind: 'pretrain' }, other: { kind: 'pretrain', seed: 2 }, table: 'run' },
  'run.resume': { input: { id: canceled.id }, table: 'audit_log' },
  'variant.createBatch': {
    input: { promptsPerPersona: 1 },
    other: { promptsPerPersona: 2 },
    table: 'variant_batch',
  },
}

/** Mutations that create nothing that a second call would create again. */
const repeatable = [
  'agent.revoke',
  'agent.rotate',
  'agent.setPrice',
  'apiKey.revoke',
  'auditLog.keep',
  'chat.feedback',
  'dataset.removeImport',
  'invitation.join',
  'invitation.revoke',
  'label.applyRules',
  'label.next',
  'label.skip',
  'label.undo',
  'label.undoRules',
  'label.vote',
  'member.changeRole',
  'member.disable',
  'member.enable',
  'member.remove',
  'member.transfer',
  'model.cancelPush',
  'persona.archive',
  'run.cancel',
  'run.setPriority',
  'run.stop',
  'workspace.rename',
]

interface Described {
  _def: { type: string; meta?: { scope?: string } }
}

/** Those of a workspace: the others change only the caller's own account. */
const mutations = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  const { type, meta } = (procedure as unknown as Described)._def
  return type === 'mutation' && meta?.scope !== 'session' ? [path] : []
})

function call(path: string, input: unknown, idempotencyKey: string | null): Promise<unknown> {
  const caller = { kind: 'user', userId: fixture.people.owner } as const
  let target: unknown = createCallerFactory(appRouter)({
    deps,
    caller,
    workspace: workspaceId,
    idempotencyKey,
  })
  for (const key of path.split('.')) target = (target as Record<string, unknown>)[key]
  return (target as (input: unknown) => Promise<unknown>)(input)
}

async function count(table: string): Promise<number> {
  const rows =
    await deps.owner`select count(*)::int as n from ${deps.owner(table)} where workspace_id = ${workspaceId}`
  return Number(rows[0]?.n)
}

const codeOf = (error: unknown) => (error instanceof TRPCError ? error.code : String(error))

test('every mutation is either repeatable or takes an idempotency key', () => {
  expect([...Object.keys(creating), ...repeatable].sort()).toEqual(mutations.sort())
})

test.each(Object.entries(creating))(
  '%s: five calls at once with one key create one row and get one reply',
  async (path, { input, other, table }) => {
    const before = await count(table)
    const key = randomUUID()
    const replies = await Promise.all(Array.from({ length: 5 }, () => call(path, input, key)))
    expect(await count(table)).toBe(before + 1)
    for (const reply of replies) expect(reply).toEqual(replies[0])
    expect(await call(path, input, key)).toEqual(replies[0])
    if (other === undefined) return
    expect(await call(path, other, key).catch(codeOf)).toBe('CONFLICT')
    expect(await count(table)).toBe(before + 1)
  },
)

test('another key, or none, is another call', async () => {
  const before = await count('run')
  for (const key of [randomUUID(), randomUUID(), null, null])
    await call('run.create', { kind: 'pretrain' }, key)
  expect(await count('run')).toBe(before + 4)
})

test('a failed call leaves its key free', async () => {
  const key = randomUUID()
  const input = { slug: 'free-key', title: 'Cook', modelVersionId: 'model_unknown' }
  expect(await call('deployment.save', input, key).catch(codeOf)).toBe('NOT_FOUND')
  await call('deployment.save', { ...input, modelVersionId: tuned.id }, key)
})

test('a key is refused unless it is a UUID', async () => {
  expect(await call('run.create', { kind: 'pretrain' }, 'again').catch(codeOf)).toBe('BAD_REQUEST')
})

test('a stored reply hides the secret that it holds', async () => {
  const key = randomUUID()
  const { code } = (await call('agent.createEnrollmentCode', undefined, key)) as { code: string }
  const rows = await deps.owner`select * from idempotency_key where verb = 'agent.createEnrollmentCode'`
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) {
    expect(Buffer.from(row.reply).includes(code)).toBe(false)
    expect(JSON.stringify(row)).not.toContain(key)
  }
})

test('importing the sample five times at once without a key makes one version', async () => {
  const guest = await createWorkspaceFixture(deps)
  const caller = { kind: 'user', userId: guest.people.owner } as const
  const api = createCallerFactory(appRouter)({ deps, caller, workspace: guest.workspaceId })
  await Promise.all(Array.from({ length: 5 }, () => api.dataset.importSample({ sample: 'csv' })))
  const rows = await deps.owner`select id from dataset_version where workspace_id = ${guest.workspaceId}`
  expect(rows).toHaveLength(1)
})
