import { openDepsFromEnv } from '@palate/core'
import pino from 'pino'
import { readHubEnv } from './env'
import { startHub } from './hub'

const env = readHubEnv()
const logger = pino({ name: 'hub', level: env.HUB_LOG_LEVEL })
const { deps, close } = await openDepsFromEnv(env, {
  applicationName: 'palate-hub',
  maxConnections: 16,
  log: {
    info: (data, text) => logger.info(data, text),
    warn: (data, text) => logger.warn(data, text),
    error: (data, text) => logger.error(data, text),
  },
})
const hub = await startHub(deps, env)

/** A second signal ends the process at once. */
let stopping = false
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (stopping) process.exit(1)
  stopping = true
  logger.info({ signal }, 'the hub is stopping')
  await hub.close()
  await close()
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
