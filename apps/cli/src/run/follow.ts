import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, toCliError } from '../connect/client'
import { CliError, exit } from '../exit'
import { isOver, type RunView } from './find'

export interface FollowOptions {
  signal: AbortSignal
  /** Called with each state, the last one too. */
  onState(run: RunView): void | Promise<void>
  /** Called once for each time that Palate does not answer. */
  onOutage(error: CliError): void
  everyMs?: number
  /** How long Palate may be away. */
  outageMs?: number
}

/**
 * Asks for a run until it is over. Palate may restart meanwhile.
 *
 * @returns the last state, or null when the signal ended it
 * @throws CliError when Palate refuses, or stays away
 */
export async function followRun(
  client: Client,
  id: string,
  { signal, onState, onOutage, everyMs = 1000, outageMs = 10 * 60_000 }: FollowOptions,
): Promise<RunView | null> {
  let awaySince: number | null = null
  while (!signal.aborted) {
    try {
      const run = await client.run.get.query({ id })
      await onState(run)
      awaySince = null
      if (isOver(run)) return run
    } catch (cause) {
      const error = toCliError(cause)
      if (!(error instanceof CliError) || !isPassing(error)) throw error
      if (awaySince === null) onOutage(error)
      awaySince ??= Date.now()
      if (Date.now() - awaySince > outageMs) throw error
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
  return null
}

/** Not reached, or its database is down: it comes back by itself. */
const isPassing = ({ exitCode, message }: CliError): boolean =>
  exitCode === exit.unreachable || message.includes('not available at the moment')
