import { setTimeout as sleep } from 'node:timers/promises'
import { findHolder } from './home-lock'

/** SIGUSR2: Node keeps SIGUSR1 for its debugger. */
export const drainSignal = 'SIGUSR2'

/**
 * Asks the agent that works in a folder to finish what runs, take nothing new, and leave; waits until it has.
 *
 * @throws Error when no agent works there
 */
export async function drainAgent(home: string, say: (line: string) => void): Promise<void> {
  const pid = await findHolder(home)
  if (pid === null) throw new Error(`No agent works in ${home}. Set PALATE_AGENT_HOME to its folder.`)
  process.kill(pid, drainSignal)
  say(`The agent (process ${pid}) takes nothing new. Waiting until what runs has ended …`)
  while ((await findHolder(home)) === pid) await sleep(200)
  say('The agent has left. Nothing was lost: start it again whenever you like.')
}
