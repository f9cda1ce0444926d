import { DiskError, nameDiskError } from '@palate/config'
import pino from 'pino'
import { Agent } from './agent'
import { checkUser } from './check-user'
import { drainAgent, drainSignal } from './drain'
import { readSettings, type Settings } from './env'
import { inHome } from './files/home'

/** `palate-agent` starts the agent; `palate-agent drain` asks the running agent to finish its runs and exit. */
async function main([verb, ...rest]: string[]): Promise<void> {
  const settings = readSettings()
  if (verb === 'drain' && rest.length === 0)
    return drainAgent(settings.home, (line) => process.stdout.write(`${line}\n`))
  if (verb !== undefined)
    throw new Error(`Unknown command ${verb}. Use no command to start the agent, or drain.`)
  await work(settings)
}

async function work(settings: Settings): Promise<void> {
  process.umask(0o077) // its folder holds a credential and the team's data: for this user alone
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
  // The first signal drains, if a drain time is set; the next one ends the runs with a checkpoint.
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

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

main(process.argv.slice(2)).catch((error: unknown) => {
  const named = nameDiskError(error, inHome('A file'))
  const text = named instanceof DiskError ? `${named.message} ${named.remedy}` : messageOf(named)
  process.stderr.write(`${text}\n`)
  process.exit(1)
})
