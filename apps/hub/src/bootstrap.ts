import { readEnv } from '@palate/config'
import {
  bootstrapDemo,
  CoreEnv,
  createApiKey,
  createEnrollmentCode,
  demoOwner,
  migrateDatabase,
  openDepsFromEnv,
} from '@palate/core'

/**
 * Runs once before the other processes: migrates the database, creates the demo workspace, and with `--enroll` or
 * `--api-key` an enrollment code for the local agent or a key for a script. Prints one JSON line.
 */
async function main(): Promise<void> {
  const env = readEnv(CoreEnv)
  await migrateDatabase(env.DATABASE_URL)
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const { deps, close } = await openDepsFromEnv(env, {
    applicationName: 'palate-bootstrap',
    log,
    maxConnections: 2,
  })
  try {
    const demo = await bootstrapDemo(deps)
    const owner = demoOwner(deps, demo)
    const code = process.argv.includes('--enroll') ? (await createEnrollmentCode(owner)).code : null
    const wantsKey = process.argv.includes('--api-key')
    const key = wantsKey ? (await createApiKey(owner, { name: 'loop', role: 'owner' })).key : null
    const { ownerEmail, ownerPassword } = demo
    process.stdout.write(
      `${JSON.stringify({ ownerEmail, ownerPassword, enrollmentCode: code, apiKey: key })}\n`,
    )
  } finally {
    await close()
  }
}

await main()
