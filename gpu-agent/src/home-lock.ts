import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@palate/config'
import { z } from 'zod'
import { inHome } from './files/home'
import { processStart } from './run/process/process'
import { writeWhole } from './run/work/attempt-folder'

const Holder = z.object({ pid: z.int().positive(), startedAt: z.string() })

/**
 * Locks an agent's folder for this process: two agents in one folder would end each other's trainers.
 *
 * @returns a function that unlocks it
 * @throws Error when another agent runs in it
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  await makeFolder(home, inHome("The agent's folder"))
  const holder = await findHolder(home)
  if (holder !== null && holder !== process.pid)
    throw new Error(`Another agent (process ${holder}) runs in ${home}. Stop it, or set PALATE_AGENT_HOME.`)
  const self = { pid: process.pid, startedAt: (await processStart(process.pid)) ?? 'unknown' }
  await writeWhole(fileOf(home), JSON.stringify(self))
  return () => rm(fileOf(home), { force: true })
}

/** The process id of the agent that runs in a folder, or null. */
export async function findHolder(home: string): Promise<number | null> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '')
  const holder = Holder.safeParse(text ? JSON.parse(text) : null)
  if (!holder.success) return null
  const { pid, startedAt } = holder.data
  return (await processStart(pid)) === startedAt ? pid : null
}

const fileOf = (home: string) => join(home, 'agent.lock')
