import { join } from 'node:path'
import { envSchema } from '@palate/config'
import { migrateDatabase, openDatabase } from '@palate/db'
import { type ObjectStore, type ObjectStoreConfig, openObjectStore } from '@palate/storage'
import { z } from 'zod'
import type { Deps, Logger } from './context'
import { redactLogger } from './redact'
import { leaseMs as defaultLeaseMs } from './run/state/attempt-transition'
import { createSealer } from './secret'
import { createTickets } from './ticket'

export { migrateDatabase }

export interface OpenOptions {
  databaseUrl: string
  /** PALATE_SECRET: the same in every process of an installation. */
  secret: string
  storage: ObjectStore
  log: Logger
  applicationName: string
  maxConnections?: number
  leaseMs?: number
}

/** Opens what the verbs need, once per process. `close` closes the database pools. */
export function openDeps(options: OpenOptions): { deps: Deps; close: () => Promise<void> } {
  const { databaseUrl, secret, storage, applicationName, maxConnections } = options
  const log = redactLogger(options.log)
  const { close, ...database } = openDatabase(databaseUrl, { max: maxConnections, applicationName })
  const { leaseMs = defaultLeaseMs } = options
  const tickets = createTickets(secret)
  const sealer = createSealer(secret)
  return { deps: { ...database, storage, tickets, sealer, now: () => new Date(), leaseMs, log }, close }
}

/** The settings that web and hub share. */
export const CoreEnv = envSchema(['web', 'hub'], {
  DATABASE_URL: z.string().min(1),
  PALATE_SECRET: z.string().min(32, 'needs at least 32 characters'),
  PALATE_STORAGE: z.string().min(1),
  PALATE_TEMPORARY: z.string().min(1).optional(),
  PALATE_LEASE_SECONDS: z.coerce.number().int().min(5).max(86_400),
  S3_BUCKET: z.string().min(1).optional(),
  S3_REGION: z.string(),
  S3_ENDPOINT: z.url().optional(),
  S3_ACCESS_KEY_ID: z.string(),
  S3_SECRET_ACCESS_KEY: z.string(),
})
export type CoreEnv = z.infer<typeof CoreEnv>

/** The folder for what is on its way elsewhere. */
export function temporaryFolder(env: Pick<CoreEnv, 'PALATE_STORAGE' | 'PALATE_TEMPORARY'>): string {
  return env.PALATE_TEMPORARY ?? join(env.PALATE_STORAGE, 'tmp')
}

function storeConfig(env: CoreEnv): ObjectStoreConfig {
  if (!env.S3_BUCKET) return { kind: 'folder', root: env.PALATE_STORAGE }
  return {
    kind: 's3',
    bucket: env.S3_BUCKET,
    region: env.S3_REGION,
    ...(env.S3_ENDPOINT ? { endpoint: env.S3_ENDPOINT } : {}),
    accessKeyId: env.S3_ACCESS_KEY_ID,
    secretAccessKey: env.S3_SECRET_ACCESS_KEY,
    temporaryFolder: temporaryFolder(env),
  }
}

/** As `openDeps`, from a process's settings. The object store is a folder, or S3 when `S3_BUCKET` is set. */
export async function openDepsFromEnv(
  env: CoreEnv,
  options: { applicationName: string; log: Logger; maxConnections?: number },
): Promise<{ deps: Deps; close: () => Promise<void> }> {
  const storage = await openObjectStore(storeConfig(env))
  const { DATABASE_URL: databaseUrl, PALATE_SECRET: secret } = env
  return openDeps({ ...options, databaseUrl, secret, storage, leaseMs: env.PALATE_LEASE_SECONDS * 1000 })
}
