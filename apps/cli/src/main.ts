import { CommanderError } from 'commander'
import { makeProgram } from './command/program'
import { report } from './command/run-command'
import { exit } from './exit'

// `palate runs list | head -1` closes stdout early: nobody reads on, so there is nothing to say.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exit.done : exit.failed)
  })
const fail = (error: unknown) => process.exit(report(error))
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

try {
  await makeProgram().parseAsync()
} catch (error) {
  // Commander has written its sentence, or the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exit.done : exit.usage
  else process.exitCode = report(error)
}
