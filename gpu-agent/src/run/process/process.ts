import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that this agent started; its start time distinguishes it from a later process with the same id. */
export type ProcessId = { pid: number; startedAt: string }

/** The start time of a process, as the system gives it; null when there is no such process (or it is a zombie). */
export async function processStart(pid: number): Promise<string | null> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name is in parentheses and may contain any character; fields are counted after the last one.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return isAlive(pid) ? 'unknown' : null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Sends a signal to a process group; a group that has ended is not an error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: the group has ended.
  }
}

/** Ends a trainer that a crashed agent left running: SIGTERM to its group, and SIGKILL after `graceMs`. */
export async function endOrphan(id: ProcessId, graceMs: number): Promise<boolean> {
  const runs = async () => (await processStart(id.pid)) === id.startedAt
  if (!(await runs())) return false
  signalGroup(id.pid, 'SIGTERM')
  for (let waited = 0; waited < graceMs && (await runs()); waited += 100) await sleep(100)
  signalGroup(id.pid, 'SIGKILL')
  return true
}
