import type { Server as HttpServer } from 'node:http'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { limits } from '@palate/config'
import { limitServer, serverOptions } from '@palate/config/http/server-limits'
import { type Deps, openDatabaseHealth, temporaryFolder } from '@palate/core'
import { Pool } from 'pg'
import { openChatLimiter, openWarmUpBudgets } from './chat/rate-limit'
import { Relay } from './chat/relay'
import { openReleasedTeller } from './chat/released'
import type { HubEnv } from './env'
import { createApp } from './http/app'
import { ArtifactUploads } from './http/artifact-uploads'
import { openRequestBudgets } from './http/budget'
import { FileUploads } from './http/file-uploads'
import { sweepImportFolders } from './job/import-folder'
import { startWorker } from './job/worker'
import { listenForNotices } from './live/listen'
import { openSockets } from './socket/open'
import { openRedisAdapter } from './socket/redis'
import { startSweeps } from './sweep'

export interface Hub {
  port: number
  /** Gives answers and jobs a moment to end, then closes all connections. */
  close(): Promise<void>
}

/** Connections that are still open after this are closed: an upload can be resumed. */
const graceMs = 3000

/** Starts the hub: HTTP, sockets, notices, the job worker and the sweeps. */
export async function startHub(deps: Deps, env: HubEnv): Promise<Hub> {
  const pool = openPool(deps, env.DATABASE_URL)
  const relay = new Relay(env.HUB_ANSWERS_PER_AGENT)
  const limiter = await openChatLimiter(pool, {
    perVisitor: env.HUB_ANSWERS_PER_VISITOR,
    perAddress: env.HUB_ANSWERS_PER_ADDRESS,
    atOnce: env.HUB_ANSWERS_AT_ONCE,
  })
  const artifacts = await ArtifactUploads.open(
    deps,
    join(env.PALATE_STORAGE, 'partial'),
    env.HUB_ARTIFACT_MAX_BYTES,
  )
  const uploads = await FileUploads.open(deps, join(env.PALATE_STORAGE, 'partial-uploads'))
  const chat = { deps, relay, limiter, warmUps: openWarmUpBudgets(), trustedProxies: env.HUB_TRUSTED_PROXIES }
  const app = createApp(
    { deps, chat, artifacts, uploads, askDatabase: openDatabaseHealth(deps) },
    openRequestBudgets(env.HUB_TRUSTED_PROXIES, env.PALATE_ORIGIN),
  )
  const http = createAdaptorServer({ fetch: app.fetch, serverOptions }) as HttpServer
  const redis = env.REDIS_URL ? openRedisAdapter(env.REDIS_URL, deps.log) : null
  const io = openSockets(http, deps, relay, {
    trustedProxies: env.HUB_TRUSTED_PROXIES,
    origin: env.PALATE_ORIGIN,
    adapter: redis?.adapter,
  })
  limitServer(http, env.HUB_TRUSTED_PROXIES)
  const released = openReleasedTeller(deps, relay)
  relay.onJoin = released.joined
  const unlisten = await listenForNotices(deps, io, relay, released)
  const importFolder = join(env.PALATE_STORAGE, 'import')
  await sweepImportFolders(deps, importFolder)
  const worker = await startWorker(pool, {
    deps,
    importMemoryMb: env.HUB_IMPORT_MEMORY_MB,
    importFolder,
    spillFolder: join(temporaryFolder(env), 'duckdb'),
    pushAddresses: env.HUB_PUSH_ADDRESSES,
  })
  const stopSweeps = startSweeps(deps, { rescueJobs: () => worker.rescue(), artifacts, uploads })
  const port = await listen(http, env.HUB_PORT, env.HUB_HOST)
  deps.log.info({ host: env.HUB_HOST, port }, 'the hub is listening')
  return {
    port,
    async close() {
      stopSweeps()
      released.stop()
      await relay.close()
      const cut = setTimeout(() => http.closeAllConnections(), graceMs)
      await Promise.all([io.close(), worker.stop(), unlisten()]) // io also closes the HTTP server
      clearTimeout(cut)
      redis?.close()
      await pool.end()
    },
  }
}

/** For the job queue and the rate limit, whose libraries need `pg`. A lost connection is logged and never thrown. */
function openPool(deps: Deps, connectionString: string): Pool {
  const pool = new Pool({ connectionString, max: 8, application_name: 'palate-hub-jobs' })
  const note = (error: Error) => deps.log.warn({ error: error.message }, 'a database connection was lost')
  pool.on('error', note)
  pool.on('connect', (client) => void client.on('error', note))
  return pool
}

function listen(http: HttpServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen({ port, host, backlog: limits.connection.backlog }, () => {
      http.off('error', reject)
      const address = http.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
