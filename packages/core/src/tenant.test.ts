import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { membership, persona } from '@palate/db'
import { expect, test } from 'vitest'
import { saveDeployment } from './deployment'
import { savePersona } from './persona'
import { acrossWorkspaces, inWorkspace } from './tenant'
import { createModel, createTestDeps, createVegan, createWorkspaceFixture } from './testing'

const deps = await createTestDeps()
const mine = await createWorkspaceFixture(deps)
const others = await createWorkspaceFixture(deps)

/** Where the wall is passed, and for what. A new entry needs a reason that holds for every row of every workspace. */
const crossing = [
  "agent/credential.ts: acrossWorkspaces(deps, 'agent')",
  "agent/enroll.ts: acrossWorkspaces(deps, 'agent')",
  "agent/presence.ts: acrossWorkspaces(deps, 'sweep')",
  "api-key/resolve.ts: acrossWorkspaces(deps, 'caller')",
  "audit-log/setting.ts: acrossWorkspaces(deps, 'sweep')",
  "chat/feedback.ts: acrossWorkspaces(deps, 'visitor')",
  "chat/serving.ts: acrossWorkspaces(deps, 'visitor')",
  "chat/turn.ts: acrossWorkspaces(deps, 'visitor')",
  "dataset/import-job.ts: acrossWorkspaces(deps, 'job')",
  "deployment/save.ts: widen(tx, 'name')",
  "evaluation/score.ts: acrossWorkspaces(deps, 'job')",
  "invitation/accept.ts: acrossWorkspaces(deps, 'invitation')",
  "invitation/open.ts: acrossWorkspaces(deps, 'invitation')",
  "model/export/push/work.ts: acrossWorkspaces(deps, 'job')",
  "model/hub-token.ts: acrossWorkspaces(deps, 'sweep')",
  "run/expire-leases.ts: acrossWorkspaces(deps, 'sweep')",
  "upload/create.ts: acrossWorkspaces(deps, 'sweep')",
  "user/audit-user.ts: widen(tx, 'account')",
  "user/bootstrap-demo.ts: acrossWorkspaces(deps, 'start')",
  "variant/fill-batch.ts: acrossWorkspaces(deps, 'job')",
  "workspace/listener.ts: acrossWorkspaces(deps, 'listeners')",
  "workspace/locate.ts: acrossWorkspaces(deps, 'caller')",
  "workspace/session.ts: acrossWorkspaces(deps, 'caller')",
]

test('only the listed functions see more than one workspace', () => {
  const root = join(import.meta.dirname, '../../..')
  const found = new Set<string>()
  for (const folder of ['packages', 'apps'])
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(path) || /node_modules|\.next|\.test\.|testing/.test(path)) continue
      const text = readFileSync(join(root, folder, path), 'utf8')
      for (const [call] of text.matchAll(
        /\b(acrossWorkspaces|widen)\(\w+, '\w+'\)|\bwithin\('?\*|allWorkspaces\)/g,
      ))
        found.add(`${path.replace('core/src/', '')}: ${call}`)
    }
  const inItself = [...found].filter((one) => !/^(tenant\.ts|db\/src\/tenant\.ts)/.test(one))
  expect(inItself.sort()).toEqual(crossing)
})

test('a context sees its workspace, what is open to all sees none, and a crossing sees every one', async () => {
  await createVegan(mine.owner)
  await createVegan(others.owner)
  const idsOf = async ({ db }: typeof deps) =>
    (await db.select({ of: persona.workspaceId }).from(persona)).map(({ of }) => of).sort()
  expect(await idsOf(inWorkspace(deps, mine.workspaceId))).toEqual([mine.workspaceId])
  expect(await mine.viewer.db.select({ of: persona.workspaceId }).from(persona)).toEqual([
    { of: mine.workspaceId },
  ])
  expect(await idsOf(deps)).toEqual([])
  expect(await idsOf(acrossWorkspaces(deps, 'sweep'))).toEqual([mine.workspaceId, others.workspaceId].sort())
  expect(() => inWorkspace(deps, '*')).toThrow('Name the crossing')
})

test('a verb called with the context of another workspace writes nothing there', async () => {
  const forged = { ...mine.owner, workspaceId: others.workspaceId }
  await expect(
    savePersona(forged, { slug: 'forged', body: { ...body, name: 'a forger' } }),
  ).rejects.toMatchObject({ cause: { code: '42501' } })
  expect(await mine.owner.db.$count(membership)).toBe(6)
})

const body = {
  ...{ cuisines: ['mexican'], flavors: ['bold'], style: 'comfort', diets: ['vegan'] },
  ...{ forbidden: ['chicken'], preferred: ['beans'], systemPrompt: null },
} as const

test('a public name that another workspace has is taken, also for a deployment that is renamed', async () => {
  const save = async (ctx: typeof mine.owner, slug: string, id?: string) => {
    const model = await createModel(deps, ctx.workspaceId)
    return saveDeployment(ctx, { id, slug, title: 'Cook', modelVersionId: model.id })
  }
  await save(others.owner, 'theirs')
  const { id } = await save(mine.owner, 'ours')
  const taken = { code: 'conflict', message: 'The public name "theirs" is taken.' }
  await expect(save(mine.owner, 'theirs')).rejects.toMatchObject(taken)
  await expect(save(mine.owner, 'theirs', id)).rejects.toMatchObject(taken)
})
