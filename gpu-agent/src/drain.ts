import { setTimeout as sleep } from 'node:timers/promises'
import { findHolder } from './home-lock'

/** SIGUSR2: Node keeps SIGUSR1 for its debugger. */
export const drainSignal = 'SIGUSR2'

/**
 * Asks the agent of a folder to finish its runs, take no new ones, and exit; waits until it has.
 *
 * @throws Error when no agent runs in that folder
 */
export async function drainAgent(home: string, print: (line: string) => void): Promise<void> {
  const pid = await findHolder(home)
  if (pid === null) throw new Error(`No agent runs in ${home}. Set PALATE_AGENT_HOME to its folder.`)
  process.kill(pid, drainSignal)
  print(`The agent (process ${pid}) takes no new runs. Waiting until its runs have ended …`)
  while ((await findHolder(home)) === pid) await sleep(200)
  print('The agent has exited. Nothing was lost; it can be started again at any time.')
}
