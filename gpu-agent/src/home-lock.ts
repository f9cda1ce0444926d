import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from './run/attempt-folder'
import { processStart } from './run/process'

const Holder = z.object({ pid: z.int().positive(), startedAt: z.string() })

/**
 * Claims an agent's folder for this process: two agents in one folder would end each other's trainers.
 *
 * @returns a function that gives it back
 * @throws Error when another agent is alive in it
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  await mkdir(home, { recursive: true })
  const file = join(home, 'agent.lock')
  const text = await readFile(file, 'utf8').catch(() => '')
  const holder = Holder.safeParse(text ? JSON.parse(text) : null)
  if (holder.success && holder.data.pid !== process.pid) {
    if ((await processStart(holder.data.pid)) === holder.data.startedAt)
      throw new Error(
        `Another agent (process ${holder.data.pid}) works in ${home}. Stop it, or set PALATE_AGENT_HOME.`,
      )
  }
  const self = { pid: process.pid, startedAt: (await processStart(process.pid)) ?? 'unknown' }
  await writeWhole(file, JSON.stringify(self))
  return () => rm(file, { force: true })
}
