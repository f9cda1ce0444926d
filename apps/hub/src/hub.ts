import type { Server as HttpServer } from 'node:http'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Deps } from '@palate/core'
import { Pool } from 'pg'
import { openChatLimiter } from './chat/rate-limit'
import { Relay } from './chat/relay'
import type { HubEnv } from './env'
import { createApp } from './http/app'
import { ArtifactUploads } from './http/artifact-uploads'
import { startWorker } from './job/worker'
import { listenForNotices } from './live/listen'
import { openSockets } from './socket/open'
import { openRedisAdapter } from './socket/redis'
import { startSweeps } from './sweep'

export interface Hub {
  port: number
  /** Lets answers and jobs end for a moment, then closes what is left. */
  close(): Promise<void>
}

const headersMs = 60_000
/** What still arrives after this is cut off: an upload can be sent again. */
const graceMs = 3000

/** Starts all that the hub does on opened deps: HTTP, sockets, notices, the worker, the sweeps. */
export async function startHub(deps: Deps, env: HubEnv): Promise<Hub> {
  const pool = openPool(deps, env.DATABASE_URL)
  const relay = new Relay(deps.log, env.HUB_ANSWERS_PER_AGENT)
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
  const chat = { deps, relay, limiter, trustedProxies: env.HUB_TRUSTED_PROXIES }
  const app = createApp(deps, chat, artifacts)
  const http = createAdaptorServer({ fetch: app.fetch }) as HttpServer
  http.requestTimeout = 0 // a large upload may take its time; headers may not
  http.headersTimeout = headersMs
  const redis = env.REDIS_URL ? openRedisAdapter(env.REDIS_URL, deps.log) : null
  const io = openSockets(http, deps, relay, redis?.adapter)
  const unlisten = await listenForNotices(deps, io, relay)
  const worker = await startWorker(pool, { deps, importMemoryMb: env.HUB_IMPORT_MEMORY_MB })
  const stopSweeps = startSweeps(deps, { rescueJobs: () => worker.rescue(), artifacts })
  const port = await listen(http, env.HUB_PORT, env.HUB_HOST)
  deps.log.info({ host: env.HUB_HOST, port }, 'the hub listens')
  return {
    port,
    async close() {
      stopSweeps()
      await relay.close()
      const cut = setTimeout(() => http.closeAllConnections(), graceMs)
      await Promise.all([io.close(), worker.stop(), unlisten()]) // io closes the HTTP server with it
      clearTimeout(cut)
      redis?.close()
      await pool.end()
    },
  }
}

/** For the job queue and the rate limit, whose libraries speak to `pg`. A lost connection is noted, never thrown. */
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
    http.listen(port, host, () => {
      http.off('error', reject)
      const address = http.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
