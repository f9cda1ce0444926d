import { Command } from 'commander'
import { toCliError } from '../connect/client'
import { readCliEnv } from '../env'
import { CliError, Exit, exit } from '../exit'
import { toJsonLine } from '../terminal/clean'
import { Output } from '../terminal/output'
import { red } from '../terminal/styled'
import { openTools, type Tools } from '../tools'

/** Makes the action of a command: `work` gets the tools, then commander's arguments, the options and the command. */
export const run =
  <Args extends unknown[]>(work: (tools: Tools, ...args: Args) => Promise<void>) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1)
    const json = command instanceof Command && command.opts().json === true
    try {
      await work(openTools(readCliEnv(), { json }), ...(given as Args))
    } catch (error) {
      process.exitCode = report(toCliError(error), json)
    }
  }
export type Run = typeof run

/** One sentence and its remedy; never a stack. @returns the exit code */
export function report(error: unknown, json = false): number {
  if (error instanceof Exit) return error.exitCode
  const { message, remedy, exitCode } =
    error instanceof CliError
      ? error
      : new CliError(
          `The command line itself failed: ${error instanceof Error ? error.message : 'no reason is known'}.`,
          'Please report this with the command that you ran.',
        )
  if (json) process.stderr.write(`${toJsonLine({ error: { message, remedy: remedy ?? null, exitCode } })}\n`)
  else {
    const out = new Output(process.stdout, process.stderr, readNoColor(), false)
    out.warn`${red('palate:')} ${message}${remedy ? ` ${remedy}` : ''}`
  }
  return exitCode || exit.failed
}

function readNoColor(): boolean {
  try {
    return readCliEnv().noColor
  } catch {
    return true
  }
}
