import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseFolder, startPostgres } from '../../scripts/lib/postgres.mjs'
import { freePort, waitFor } from '../../scripts/lib/process.mjs'
import { type Child, startChild } from './child'

export interface Stack {
  databaseUrl: string
  /** PostgreSQL's first process. */
  postgresPid: number
  secret: string
  origin: string
  home: string
  hubs: Child[]
  hubUrls: string[]
  proxy: Child
  env: Record<string, string>
  stop(): Promise<void>
}

/** PostgreSQL as `npm start` has it, some hubs, and the web origin as their proxy, in a folder that is removed at the end. */
export async function startStack({ hubs: count = 1, env: more = {} } = {}): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), 'palate-bench-'))
  chmodSync(home, 0o755) // the database runs as its own user, who must be able to read the folder
  const closers: (() => Promise<void>)[] = [async () => rmSync(home, { recursive: true, force: true })]
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const postgres = await startPostgres(home, { databasePassword: randomBytes(16).toString('hex') })
    closers.push(() => postgres.stop())
    const secret = randomBytes(32).toString('hex')
    const env = {
      DATABASE_URL: postgres.url,
      PALATE_SECRET: secret,
      PALATE_STORAGE: join(home, 'objects'),
      HUB_HOST: '127.0.0.1',
      HUB_LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
      ...more,
    }
    const bootstrap = await startChild('apps/hub/src/bootstrap.ts', [], env).done
    if (bootstrap.code !== 0) throw new Error(`The database could not be set up:\n${bootstrap.output}`)
    const hubs: Child[] = []
    const hubUrls: string[] = []
    for (let index = 0; index < count; index += 1) {
      const port = await freePort()
      const hub = startChild('apps/hub/src/main.ts', [], { ...env, HUB_PORT: String(port) })
      closers.push(hub.stop)
      hubs.push(hub)
      hubUrls.push(`http://127.0.0.1:${port}`)
      await waitFor('The hub', async () => (await fetch(`${hubUrls[index]}/files/health`)).ok)
    }
    const port = await freePort()
    const proxy = startChild('e2e/bench/reverse-proxy.ts', [String(port), ...hubUrls])
    closers.push(proxy.stop)
    const origin = `http://127.0.0.1:${port}`
    await waitFor('The web origin', async () => (await fetch(`${origin}/files/health`)).ok)
    const postgresPid = Number(
      readFileSync(join(databaseFolder(home), 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    return { databaseUrl: postgres.url, postgresPid, secret, origin, home, hubs, hubUrls, proxy, env, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
