import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { appRouter, createCallerFactory } from '@palate/api'
import { giveFeedback, prepareChat, type ServiceContext, saveDeployment, storeTurn } from '@palate/core'
import { createModel, createVegan } from '@palate/core/testing'
import { modelVersion } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { Stack } from './chaos/stack'

const python = process.env.PALATE_PYTHON
const trainer = fileURLToPath(new URL('../gpu-agent/trainer', import.meta.url))
const hosted = 'acme/small-llama'

/** The hub of models, in its own process. */
async function startModelHub(program: string, folder: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(program, ['-B', 'tests/hub.py', hosted, folder], {
    cwd: trainer,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(url), child }
}

/** A base model in the registry, whose files are those of the folder. */
async function registerBase(owner: ServiceContext, folder: string): Promise<string> {
  const base = await createModel({ ...owner, all: owner.db }, owner.workspaceId)
  const files = []
  for (const name of await readdir(folder)) {
    const { key, sizeBytes, sha256 } = await owner.storage.putContent(await readFile(join(folder, name)))
    files.push({ name: `model/${name}`, storageKey: key, sizeBytes, sha256 })
  }
  await owner.db.update(modelVersion).set({ files }).where(eq(modelVersion.id, base.id))
  return base.id
}

/** Answers of the public chat, half of them liked. */
async function rateAnswers(owner: ServiceContext, modelVersionId: string, count: number): Promise<void> {
  await createVegan(owner)
  await saveDeployment(owner, { slug: 'thumbs', title: 'Palate', modelVersionId })
  for (let index = 0; index < count; index += 1) {
    const food = ['rice', 'beans', 'tofu', 'kale'][index % 4] ?? 'oats'
    const question = { persona: 'mexican-vegan', inventory: [food], request: `Dinner ${index}.` }
    const asked = await prepareChat(owner, { slug: 'thumbs', ...question })
    const { turnId, workspaceId, personaVersionId, inventory, request } = asked
    const visitorId = 'visitor-0123'
    await storeTurn(owner, {
      ...{ turnId, workspaceId, personaVersionId, visitorId, inventory, request, modelVersionId },
      ...{ deploymentId: asked.deployment.id, text: `Fry the ${food} and serve.`, finishReason: 'stop' },
      ...{ sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 }, completionTokens: 7, durationMs: 9 },
    })
    await giveFeedback(owner, { turnId, visitorId, thumb: index % 2 ? 'down' : 'up' })
  }
}

it.skipIf(!python)(
  'trainings on thumbs are ordered through tRPC and made by the real trainer, on a registered model and on one of the hub (skipped without PALATE_PYTHON)',
  { timeout: 600_000 },
  async () => {
    const program = python ?? ''
    const folder = await mkdtemp(join(tmpdir(), 'palate-hosted-'))
    await promisify(execFile)(program, ['-B', 'tests/tiny_model.py', folder], { cwd: trainer })
    const hub = await startModelHub(program, folder)
    const stack = await Stack.open(program, [], { HF_ENDPOINT: hub.url, PALATE_SPOOL_QUOTA_BYTES: '1048576' })
    try {
      const { owner } = stack
      if (owner.actor.kind !== 'user') throw new Error('The owner is a person.')
      const { workspaceId, actor } = owner
      const caller = { kind: 'user', userId: actor.userId } as const
      const { run } = createCallerFactory(appRouter)({ deps: owner, caller, workspace: workspaceId })
      const baseId = await registerBase(owner, folder)
      await rateAnswers(owner, baseId, 12)
      await stack.start('hub')
      await stack.start('agent')
      const finished = async (id: string) => {
        for (;;) {
          await stack.check()
          const view = await run.get({ id })
          if (!['queued', 'running'].includes(view.status)) return view
          await sleep(500)
        }
      }
      // An estimate needs an agent that has reported its hardware.
      while ((await run.estimateFacts({ kind: 'kto' })).agents.length === 0) {
        await stack.check()
        await sleep(500)
      }
      const size = { epochs: 2, batchSize: 4, loraRank: 4, loraAlpha: 8 }
      const config = { ...size, learningRate: 0.001, maxLength: 512, sampleEvery: 1000, threads: 1 }
      const first = await run.create({ kind: 'kto', seed: 7, config, baseModelVersionId: baseId })
      const base = { from: 'hub', id: hosted } as const
      const second = await run.create({ kind: 'kto', seed: 7, config: { ...config, base } })

      const own = await finished(first.id)
      expect(own).toMatchObject({ status: 'finished', failure: null, results: { answers: 12, steps: 6 } })
      expect(own.modelVersionId).not.toBeNull()
      expect(own.attempts[0]?.environment).toMatchObject({ reference: 'base' })
      const preflight = await run.preflight({ id: first.id })
      expect(preflight?.report).toMatchObject({ rows: 12, sequences: 12 })
      const [row] = preflight?.rows ?? []
      expect((await run.preflightRow({ runId: first.id, row: row?.row ?? 0 })).sequences[0]?.part).toBe(
        'answer',
      )
      const keys = (await run.metrics({ runId: first.id })).series.map(({ key }) => key)
      expect(keys).toEqual(expect.arrayContaining(['loss', 'kl', 'rewards/chosen', 'rewards/rejected']))
      const { attempts } = await run.summary({ id: first.id })
      expect(attempts[0]?.summary.usefulTokens).toBeGreaterThan(0)
      expect(attempts[0]?.estimate?.memoryBytes).toBeGreaterThan(0)
      expect((await run.estimateFacts({ kind: 'kto' })).rowsFrom).toBe('preflight')

      const elsewhere = await finished(second.id)
      expect(elsewhere).toMatchObject({ status: 'finished', failure: null, modelVersionId: null })
      const roles = (await run.artifacts({ runId: second.id })).map(({ role }) => role)
      expect(new Set(roles)).toEqual(new Set(['adapter']))
      // The same weights and rows give the same training, from either source of the model.
      const losses = async (runId: string) => (await run.metrics({ runId, keys: ['loss'] })).series[0]?.points
      expect(await losses(second.id)).toEqual(await losses(first.id))
      expect((await run.estimateFacts({ kind: 'kto', base })).shape).toMatchObject({
        hiddenSize: 64,
        layers: 2,
      })
    } finally {
      await stack.close(false)
      hub.child.stdin?.end()
      await rm(folder, { recursive: true, force: true })
    }
  },
)
