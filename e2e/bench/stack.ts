import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryArgs, memoryEnv } from '../../scripts/lib/memory.mjs'
import { root } from '../../scripts/lib/paths.mjs'
import { databaseFolder, startPostgres } from '../../scripts/lib/postgres.mjs'
import { freePort, waitFor } from '../../scripts/lib/process.mjs'
import { answerOf, type Child, programArgs, startChild, startProgram } from './child'

export interface Stack {
  databaseUrl: string
  /** PostgreSQL's first process. */
  postgresPid: number
  secret: string
  origin: string
  /** Of the demo workspace, who can sign in. */
  owner: { email: string; password: string }
  home: string
  hubs: Child[]
  hubUrls: string[]
  proxy: Child
  env: Record<string, string>
  stop(): Promise<void>
}

interface StackOptions {
  hubs?: number
  env?: Record<string, string>
  /** A build of the web app, whose pages are served too; without it the web origin is only the hubs' proxy. */
  web?: string
}

/** PostgreSQL as `npm start` has it, some hubs, and the web origin as their proxy, in a folder that is removed at the end. */
export async function startStack({
  hubs: count = 1,
  env: more = {},
  web,
}: StackOptions = {}): Promise<Stack> {
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
      DATABASE_URL: postgres.appUrl,
      PALATE_SECRET: secret,
      PALATE_STORAGE: join(home, 'objects'),
      HUB_HOST: '127.0.0.1',
      HUB_LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
      ...more,
    }
    const boot = await answerOf<{ ownerEmail: string; ownerPassword: string }>(
      startChild('apps/hub/src/bootstrap.ts', [], { ...env, DATABASE_URL: postgres.url }),
    )
    const owner = { email: boot.ownerEmail, password: boot.ownerPassword }
    const hubs: Child[] = []
    const hubUrls: string[] = []
    for (let index = 0; index < count; index += 1) {
      const port = await freePort()
      const hub = startHub({ ...env, HUB_PORT: String(port) })
      closers.push(hub.stop)
      hubs.push(hub)
      hubUrls.push(`http://127.0.0.1:${port}`)
      await waitFor('The hub', async () => (await fetch(`${hubUrls[index]}/files/health`)).ok)
    }
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    const proxy = web
      ? startWeb(web, origin, hubUrls, env)
      : startChild('e2e/bench/reverse-proxy.ts', [String(port), ...hubUrls])
    closers.push(proxy.stop)
    const path = web ? '/sign-in' : '/files/health'
    await waitFor('The web origin', async () => (await fetch(`${origin}${path}`)).ok)
    const postgresPid = Number(
      readFileSync(join(databaseFolder(home), 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    const databaseUrl = postgres.url
    return { databaseUrl, postgresPid, secret, origin, owner, home, hubs, hubUrls, proxy, env, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A hub as `npm start` has it. */
const startHub = (env: Record<string, string>): Child =>
  startProgram(process.execPath, [...memoryArgs, ...programArgs('apps/hub/src/main.ts')], {
    ...env,
    ...memoryEnv,
  })

/** The web process as `npm start` has it. */
function startWeb(dist: string, origin: string, hubUrls: string[], env: Record<string, string>): Child {
  const { port } = new URL(origin)
  const args = [
    ...memoryArgs,
    join(root, 'apps/web/server.mjs'),
    '--port',
    port,
    ...hubUrls.flatMap((url) => ['--hub', url]),
  ]
  return startProgram(process.execPath, args, {
    ...env,
    ...memoryEnv,
    PALATE_WEB_DIST: dist,
    NEXTAUTH_URL: origin,
    NEXTAUTH_SECRET: env.PALATE_SECRET ?? '',
    NEXT_TELEMETRY_DISABLED: '1',
  })
}
