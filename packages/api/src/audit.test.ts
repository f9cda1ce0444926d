import { Readable } from 'node:stream'
import { createApiKey, formatAudit, pruneAudit, readAudit, seedPersonas } from '@palate/core'
import {
  createAgent,
  createAnsweredBatch,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
  queueRun,
} from '@palate/core/testing'
import { expect, test } from 'vitest'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const deps = await createTestDeps()
const { owner, viewer, people, workspaceId } = await createWorkspaceFixture(deps)
const stranger = await createWorkspaceFixture(deps)
const { owner: sql } = deps
const origin = { address: '192.0.2.7', userAgent: 'a browser' }

/** Mutations that change nothing that a team owns. */
const unrecorded: Record<string, string> = {
  'chat.feedback': 'by a visitor without an account',
  'label.next': 'shows pairs, and reserves them for some minutes',
}

const base = await createModel(deps, workspaceId)
const tuned = await createModel(deps, workspaceId, base)
await sql`update model_version set facts = ${sql.json({ license: null, notServable: null })} where id = ${base.id}`
await deps.all.transaction((tx) => seedPersonas(tx, owner))
const guest = await createVegan(owner, 'guest')
const { agentId } = await createAgent(deps, workspaceId)
await createAnsweredBatch(owner, { promptsPerPersona: 2 }, ({ slot }, at) => `Fry the rice ${slot} ${at}.`)
const [queued, running, canceled, failed] = [
  await queueRun(deps, workspaceId),
  await queueRun(deps, workspaceId),
  await queueRun(deps, workspaceId),
  await queueRun(deps, workspaceId),
]
await sql`update run set status = 'running', lease_epoch = 1,
  progress = '{"stage": "training", "step": 3, "totalSteps": 10, "at": 0, "marks": []}' where id = ${running.id}`
await sql`update run set status = 'canceled', lease_epoch = 1 where id = ${canceled.id}`
await sql`update run set status = 'failed', kind = 'import' where id = ${failed.id}`
for (const [id, status] of [
  [running.id, 'running'],
  [canceled.id, 'canceled'],
])
  await sql`insert into attempt (id, workspace_id, run_id, number, agent_id, epoch, status, checkpoint_step, lease_expires_at)
    values (${`att_${status}`}, ${workspaceId}, ${id ?? ''}, 1, ${agentId}, 1, ${status ?? ''}, 5, now() + interval '1 hour')`
const kept = [{ runId: canceled.id, step: 5, sizeBytes: 1, keptUntil: Date.now() + 3600_000 }]
const report = { keepMs: 1, budgetBytes: 1, reportedAt: Date.now() + 3600_000, kept }
await sql`update agent set kinds = array['probe'], checkpoints = ${sql.json(report)} where id = ${agentId}`
const stored = await deps.storage.put('uploads/upload_test', Readable.from(['title\n']))
await sql`insert into upload (id, workspace_id, filename, storage_key, size_bytes, sha256, completed_at)
  values ('upload_a', ${workspaceId}, 'a.csv', ${stored.key}, ${stored.sizeBytes}, ${stored.sha256}, now())`
await sql`insert into dataset (id, workspace_id, name) values ('dataset_x', ${workspaceId}, 'broken')`
await sql`insert into dataset_version (id, workspace_id, dataset_id, number, status, filename, error)
  values ('dsv_x', ${workspaceId}, 'dataset_x', 1, 'failed', 'a.csv', 'broken')`
const { id: oldKey } = await createApiKey(owner, { name: 'old' })

function call(path: string, input?: unknown): Promise<unknown> {
  const caller = { kind: 'user', userId: people.owner, sessionId: 'ses_1' } as const
  let target: unknown = createCallerFactory(appRouter)({ deps, caller, workspace: workspaceId, origin })
  for (const key of path.split('.')) target = (target as Record<string, unknown>)[key]
  return (target as (input: unknown) => Promise<unknown>)(input)
}

const claimed = (await call('label.next', { count: 2 })) as { pairId: string }[]
const [first, second] = claimed.map(({ pairId }) => pairId)
const body = { name: 'a cook', cuisines: [], flavors: [], diets: [], forbidden: [], preferred: [] }
const deployed = { slug: 'cook', title: 'Cook', modelVersionId: tuned.id }
const pushed = { id: tuned.id, address: 'http://ollama.example:11434', name: 'cook' }

const memberOf = async (userId: string) =>
  String((await sql`select id from membership where user_id = ${userId}`)[0]?.id)
const [labeler, engineer, admin] = [
  await memberOf(people.labeler),
  await memberOf(people.engineer),
  await memberOf(people.admin),
]
const account = { name: 'New', email: 'new@example.org', password: 'a long password' }
await sql`insert into session (id, user_id, address, user_agent, last_seen_at, authenticated_at)
  values ('ses_1', ${people.owner}, '192.0.2.7', 'a browser', now(), now())`

type Replies = Record<string, { id?: string; appliedAt?: string; path?: string } | undefined>
/** One call of each mutation, in an order in which each can be made; some need what an earlier one replied. */
const calls: [path: string, input?: unknown | ((replies: Replies) => unknown)][] = [
  ['agent.createEnrollmentCode'],
  ['agent.setPrice', { id: agentId, price: { amount: 2, currency: 'EUR' } }],
  ['agent.probe', { id: agentId }],
  ['agent.rotate', { id: agentId }],
  ['apiKey.create', { name: 'script' }],
  ['apiKey.revoke', { id: oldKey }],
  ['auditLog.keep', { days: 365 }],
  ['dataset.createUpload', { filename: 'a.csv', sizeBytes: 1 }],
  ['dataset.import', { uploadId: 'upload_a', name: 'recipes' }],
  ['dataset.importSample', { sample: 'csv' }],
  ['dataset.removeImport', { id: 'dsv_x' }],
  ['deployment.save', deployed],
  ['evaluation.create', { caseLimit: 2 }],
  ['label.vote', { pairId: first, choice: 'left' }],
  ['label.skip', { pairId: second }],
  ['label.undo'],
  ['label.applyRules', {}],
  ['label.undoRules', (replies: Replies) => ({ appliedAt: replies['label.applyRules']?.appliedAt })],
  ['model.add', { source: { from: 'starting', id: 'smollm2-135m-instruct' } }],
  ['model.createUpload', { filename: 'a.gguf', format: 'gguf', sizeBytes: 1 }],
  ['model.push', pushed],
  ['model.cancelPush', (replies: Replies) => ({ pushId: replies['model.push']?.id })],
  ['model.retryImport', { runId: failed.id }],
  ['model.merge', { id: tuned.id }],
  ['persona.save', { slug: 'cook', body }],
  ['persona.importYaml', { yaml: 'version: 1\npersonas:\n  - slug: imported\n    name: a guest\n' }],
  ['persona.archive', { id: guest.id }],
  ['run.create', { kind: 'pretrain' }],
  ['run.setPriority', { id: queued.id, priority: 5 }],
  ['run.stop', { id: running.id }],
  ['run.cancel', { id: queued.id }],
  ['run.resume', { id: canceled.id }],
  ['variant.createBatch', { promptsPerPersona: 1 }],
  ['agent.revoke', { id: agentId }],
  ['invitation.create', { role: 'viewer' }],
  [
    'invitation.join',
    (replies: Replies) => ({ token: replies['invitation.create']?.path?.split('/').pop(), account }),
  ],
  ['invitation.revoke', () => revocable()],
  ['member.changeRole', { id: labeler, role: 'viewer' }],
  ['member.disable', { id: labeler }],
  ['member.enable', { id: labeler }],
  ['member.remove', { id: engineer }],
  ['workspace.rename', { name: 'Renamed' }],
  ['member.transfer', { id: admin }],
]
const revocable = async () => ({
  id: ((await call('invitation.create', { role: 'viewer' })) as { id: string }).id,
})
const replies: Replies = {}

interface Described {
  _def: { type: string; meta?: { scope?: string } }
}
/** Those of a workspace. What a person does with their own account is recorded in each of their workspaces. */
const mutations = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  const { type, meta } = (procedure as unknown as Described)._def
  return type === 'mutation' && meta?.scope !== 'session' ? [path] : []
})

test('every mutation is called here, or has a reason to leave no trace', () => {
  expect([...calls.map(([path]) => path), ...Object.keys(unrecorded)].sort()).toEqual(mutations.sort())
})

/** What is recorded under another thing than the one that was called. */
const under: Record<string, string> = {
  'dataset.createUpload': 'upload',
  'member.transfer': 'workspace',
  'model.createUpload': 'upload',
}

test.each(calls)('%s is recorded, with who and from where', async (path, input) => {
  const count = async () => (await sql`select id from audit_log where workspace_id = ${workspaceId}`).length
  const before = await count()
  const reply = await call(path, typeof input === 'function' ? await input(replies) : input)
  replies[path] = reply as Replies[string]
  expect(await count()).toBeGreaterThan(before)
  const [row] =
    await sql`select * from audit_log where workspace_id = ${workspaceId} order by created_at desc, id limit 1`
  const byOwner = { actor_kind: 'user', actor_id: people.owner, session_id: 'ses_1' }
  const from = { address: origin.address, user_agent: origin.userAgent }
  // Who joins has no account and no session yet.
  expect(row).toMatchObject(path === 'invitation.join' ? { actor_kind: 'user' } : { ...byOwner, ...from })
  expect(row?.action.split('.')[0]).toBe(under[path] ?? path.split('.')[0])
  expect(JSON.stringify(row)).not.toMatch(/(plt|pag|pen)_\w{20}/)
})

const list = (input: unknown) =>
  call('auditLog.list', input) as Promise<{
    entries: { action: string; data: unknown; actor: object }[]
    after: string | null
  }>

test('a change says what was before and what is after', async () => {
  await sql`update membership set role = 'owner' where user_id = ${people.owner}` // it was handed over above
  await call('deployment.save', { ...deployed, id: replies['deployment.save']?.id, title: 'Chef' })
  const { entries } = await list({ action: 'deployment.save', limit: 1 })
  expect(entries[0]).toMatchObject({
    actor: { kind: 'user', id: people.owner, name: 'owner' },
    data: { before: { title: 'Cook', active: true }, after: { title: 'Chef', active: true } },
  })
  const price = await list({ action: 'agent.price' })
  expect(price.entries[0]?.data).toEqual({
    before: { price: null },
    after: { price: { amount: 2, currency: 'EUR' } },
  })
})

test('the log is filtered and read in pages, each entry once', async () => {
  const whole = await list({ limit: 200 })
  const paged = []
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await list({ limit: 7, cursor })
    paged.push(...page.entries)
    cursor = page.after ?? undefined
    more = page.after !== null
  }
  expect(paged).toEqual(whole.entries)
  const runs = await list({ action: 'run', limit: 200 })
  expect(new Set(runs.entries.map(({ action }) => action.split('.')[0]))).toEqual(new Set(['run']))
  expect((await list({ userId: people.viewer })).entries).toEqual([])
  expect((await list({ entityId: queued.id })).entries).toHaveLength(2)
  expect((await list({ to: new Date(0) })).entries).toEqual([])
})

test('who may not read the log gets neither list nor file, and nobody that of another workspace', async () => {
  await expect(readAudit(viewer, {}).next()).rejects.toMatchObject({ code: 'forbidden' })
  expect((await readAudit(stranger.owner, {}).next()).done).toBe(true)
})

test('a file has every entry, and a spreadsheet runs none of it', async () => {
  await call('persona.save', { slug: 'sum', body: { ...body, name: '=HYPERLINK("http://x")' } })
  const lines = []
  for await (const line of formatAudit(readAudit(owner, {}), 'jsonl')) lines.push(JSON.parse(line))
  expect(lines).toHaveLength((await sql`select id from audit_log where workspace_id = ${workspaceId}`).length)
  const entry = { ...lines[0], at: new Date(0), entityId: '=1+1', data: {} }
  async function* one() {
    yield entry
  }
  const csv = []
  for await (const piece of formatAudit(one(), 'csv')) csv.push(piece)
  expect(csv.join('')).toContain('1970-01-01T00:00:00.000Z,user ')
  expect(csv.join('')).toContain(",'=1+1,{}")
})

test('the app can neither change nor remove an entry; age removes what the workspace keeps no longer', async () => {
  const refused = { cause: { code: '42501', message: 'the audit log is only added to' } }
  await expect(owner.db.execute("update audit_log set action = 'nothing'")).rejects.toMatchObject(refused)
  await expect(owner.db.execute('delete from audit_log')).rejects.toMatchObject(refused)
  await sql`alter table audit_log disable trigger audit_log_kept`
  await sql`update audit_log set created_at = now() - interval '366 days' where action = 'run.create'`
  await sql`alter table audit_log enable trigger audit_log_kept`
  const old = (await sql`select id from audit_log where action = 'run.create'`).length
  expect(await pruneAudit(deps)).toBe(old)
  expect(await pruneAudit(deps)).toBe(0)
  await call('auditLog.keep', { days: null })
  await expect(call('auditLog.keep', { days: 1 })).rejects.toThrow()
})
