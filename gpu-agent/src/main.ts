import pino from 'pino'
import { Agent } from './agent'
import { readSettings } from './env'

const redact = [
  'token',
  'credential',
  'code',
  '*.token',
  '*.credential',
  'lease.token',
  'model.token',
  'auth',
]

try {
  const settings = readSettings()
  const log = pino({ name: 'agent', level: settings.logLevel, redact })
  const agent = await Agent.start(settings, log)
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    void agent.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
