import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that this agent once started, told from a later one with the same number by when it began. */
export type ProcessId = { pid: number; startedAt: string }

/** When a process began, in the system's own words; null when there is no such process (or it is a zombie). */
export async function processStart(pid: number): Promise<string | null> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The command's name stands in brackets and may hold anything; fields are counted after the last bracket.
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

/** Sends a signal to a whole process group; a group that is gone is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: nobody is left.
  }
}

/** Ends what a crashed agent left running: SIGTERM to its group, and SIGKILL after `graceMs`. */
export async function endOrphan(id: ProcessId, graceMs: number): Promise<boolean> {
  const runs = async () => (await processStart(id.pid)) === id.startedAt
  if (!(await runs())) return false
  signalGroup(id.pid, 'SIGTERM')
  for (let waited = 0; waited < graceMs && (await runs()); waited += 100) await sleep(100)
  signalGroup(id.pid, 'SIGKILL')
  return true
}
