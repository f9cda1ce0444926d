import pino from 'pino'
import { Agent } from './agent'
import { checkUser } from './check-user'
import { drainAgent, drainSignal } from './drain'
import { readSettings, type Settings } from './env'

/** `palate-agent` works; `palate-agent drain` asks the one that works here to finish and leave. */
async function main([verb, ...rest]: string[]): Promise<void> {
  const settings = readSettings()
  if (verb === 'drain' && rest.length === 0)
    return drainAgent(settings.home, (line) => process.stdout.write(`${line}\n`))
  if (verb !== undefined) throw new Error(`There is no command ${verb}. Use none to work, or drain.`)
  await work(settings)
}

async function work(settings: Settings): Promise<void> {
  const { redactor } = settings
  const log = pino(
    { name: 'agent', level: settings.logLevel },
    { write: (line: string) => void process.stdout.write(redactor.clean(line)) },
  )
  const warning = checkUser(process.getuid?.(), settings)
  if (warning) log.warn(warning)
  const agent = await Agent.start(settings, log)
  let leaving = false
  const leave = () => {
    if (leaving) return
    leaving = true
    void agent.stop().then(() => process.exit(0))
  }
  const drain = (deadline?: AbortSignal) => void agent.drain(deadline).then(leave)
  // The second one, or the first where nothing was said about draining, ends what runs with a checkpoint.
  let asked = settings.drainMs === 0
  const onTerm = () => {
    if (asked) return leave()
    asked = true
    drain(AbortSignal.timeout(settings.drainMs))
  }
  process.on('SIGTERM', onTerm)
  process.on('SIGINT', onTerm)
  process.on(drainSignal, () => drain())
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
