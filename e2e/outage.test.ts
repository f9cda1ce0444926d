import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addJob, createLiveTicket, notify } from '@palate/core'
import { LiveNotice } from '@palate/protocol'
import { io } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { startPostgres } from '../scripts/lib/postgres.mjs'
import { freePort } from '../scripts/lib/process.mjs'
import { type Child, startChild } from './bench/child'
import { openWorkspace } from './bench/workspace'

/** Down for about so long after the first and the second death: several tries of everything to connect again. */
const policy = { firstSeconds: 3, slowestSeconds: 12, windowSeconds: 600, budget: 8 }

/** PostgreSQL as `npm start` supervises it, two hubs, and the web origin as their proxy. */
async function startStack() {
  const home = mkdtempSync(join(tmpdir(), 'palate-outage-'))
  chmodSync(home, 0o755) // the database runs as its own user, who must be able to read the folder
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const said: string[] = []
  const say = (sentence: string) => void said.push(sentence)
  const postgres = await startPostgres(home, { databasePassword: 'only for this test' }, { policy, say })
  onTestFinished(() => postgres.stop())
  const env = {
    DATABASE_URL: postgres.url,
    PALATE_SECRET: randomBytes(32).toString('hex'),
    PALATE_STORAGE: join(home, 'objects'),
    HUB_HOST: '127.0.0.1',
  }
  const bootstrap = await startChild('apps/hub/src/bootstrap.ts', [], env).done
  expect(bootstrap.code, bootstrap.output).toBe(0)
  const hubs: Child[] = []
  const urls: string[] = []
  for (let count = 0; count < 2; count += 1) {
    const port = await freePort()
    hubs.push(startChild('apps/hub/src/main.ts', [], { ...env, HUB_PORT: String(port) }))
    urls.push(`http://127.0.0.1:${port}`)
  }
  const port = await freePort()
  const proxy = startChild('e2e/bench/reverse-proxy.ts', [String(port), ...urls])
  onTestFinished(async () => {
    for (const child of [proxy, ...hubs]) await child.stop()
  })
  return { env, postgres, said, hubs, urls, origin: `http://127.0.0.1:${port}` }
}

async function ask(url: string) {
  const response = await fetch(url).catch(() => null)
  return { status: response?.status ?? 0, body: (await response?.json()) as unknown }
}

const sentence = {
  code: 'unavailable',
  message: 'The database is not available at the moment.',
  remedy: expect.stringContaining('by itself'),
}
const wait = { timeout: 120_000 }

it('a killed PostgreSQL returns by itself; until then health says that it is down, and nothing else ends', async () => {
  const { env, postgres, said, hubs, urls, origin } = await startStack()
  const ended: string[] = []
  for (const hub of hubs) void hub.done.then(({ output }) => ended.push(output.slice(-3000)))
  /** Of both hubs and of the origin; what a hub wrote at last where it has ended, so that a failure shows why. */
  const statuses = async () =>
    ended.length > 0
      ? ended
      : await Promise.all([...urls, origin].map(async (url) => (await ask(`${url}/files/health`)).status))
  await expect.poll(statuses, wait).toEqual([200, 200, 200])
  const fixture = await openWorkspace({ env })
  onTestFinished(() => fixture.close())
  const { ticket } = await createLiveTicket(fixture.owner)
  const notices: LiveNotice[] = []
  const browser = io(`${urls[0]}/live`, { auth: { ticket }, transports: ['websocket'] })
  onTestFinished(() => void browser.close())
  browser.on('changed', (notice) => notices.push(LiveNotice.parse(notice)))
  await expect.poll(() => browser.connected, wait).toBe(true)

  for (const signal of ['SIGKILL', 'SIGQUIT'] as const) {
    process.kill(postgres.child.process?.pid ?? 0, signal)
    await expect.poll(statuses, wait).toEqual([503, 503, 503])
    const health = await ask(`${origin}/files/health`)
    expect(health.body).toEqual({ ok: false, parts: { database: 'down' }, error: sentence })
    const models = await ask(`${origin}/v1/models`)
    expect(models).toMatchObject({ status: 503, body: { error: { message: sentence.message } } })

    await expect.poll(statuses, wait).toEqual([200, 200, 200])
    // The page reads again what it may have missed, and hears what happens from now on.
    await expect.poll(() => notices.some(({ topic }) => topic === 'workspace'), wait).toBe(true)
    await notify(fixture.owner.db, { workspaceId: fixture.owner.workspaceId, topic: 'label', id: signal })
    await expect.poll(() => notices.some(({ id }) => id === signal), wait).toBe(true)
    // A job is taken and given up: there is no such batch.
    await addJob(fixture.owner.db, 'prepare-variant-batch', { batchId: signal }, signal)
    const jobs = async () =>
      (await fixture.owner.sql`select attempts from graphile_worker.jobs where attempts = 0`).length
    await expect.poll(jobs, wait).toBe(0)
    notices.length = 0
  }
  expect(said.filter((one) => one.startsWith('PostgreSQL was ended by SIGKILL.'))).toHaveLength(1)
  expect(browser.connected).toBe(true)
  expect(ended).toEqual([])
})
