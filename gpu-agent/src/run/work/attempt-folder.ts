import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder, writingTo } from '@palate/config'
import { Lease } from '@palate/protocol'
import { z } from 'zod'
import { inHome } from '../../files/home'
import { plainName } from '../../files/inside'

/** What the agent needs after a crash to recover an attempt: its lease, and the process of its trainer. */
const AttemptState = z.object({
  lease: Lease,
  process: z.object({ pid: z.int().positive(), startedAt: z.string() }).nullable(),
})
export type AttemptState = z.infer<typeof AttemptState>

/**
 * `runs/<runId>/work` belongs to the run and stays after its attempts (it has the checkpoints);
 * `runs/<runId>/attempts/<attemptId>` belongs to one attempt: its state, job file and spool.
 */
export type AttemptFolder = {
  root: string
  work: string
  spool: string
  /** Bytes set aside: removed when the disk is full, so that the reason can still be spooled and sent. */
  reserve: string
  jobFile: string
  stateFile: string
}

const reserveBytes = 64 * 1024

export function attemptFolder(home: string, runId: string, attemptId: string): AttemptFolder {
  const run = join(home, 'runs', plainName(runId))
  const root = join(run, 'attempts', plainName(attemptId))
  return {
    root,
    work: join(run, 'work'),
    spool: join(root, 'spool'),
    reserve: join(root, 'reserve'),
    jobFile: join(root, 'job.json'),
    stateFile: join(root, 'attempt.json'),
  }
}

export async function makeAttemptFolder(folder: AttemptFolder): Promise<void> {
  const target = inHome('The folder of the run')
  await makeFolder(folder.work, target)
  await makeFolder(folder.spool, target)
  // Not zeros: a file system may keep those without taking any space.
  await writingTo(target, () => writeFile(folder.reserve, randomBytes(reserveBytes)))
}

/** Replaces the state file; only its owner can read it, because the lease has a token. */
export async function writeState(folder: AttemptFolder, state: AttemptState): Promise<void> {
  await writeWhole(folder.stateFile, JSON.stringify(state))
}

/** Writes a file beside its place, flushes it and renames it. @throws DiskError, with nothing left half-written */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`
  await writingTo(inHome(`The file ${basename(path)}`), async () => {
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  }).catch(async (error) => {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  })
}

/**
 * Attempts whose folders are on disk. One without a valid state never started and is removed.
 *
 * @throws Error of the file system when a state cannot be read: its attempt may have undelivered events
 */
export async function listAttempts(home: string): Promise<{ folder: AttemptFolder; state: AttemptState }[]> {
  const found = []
  for (const runId of await names(join(home, 'runs'))) {
    for (const attemptId of await names(join(home, 'runs', runId, 'attempts'))) {
      const folder = attemptFolder(home, runId, attemptId)
      const state = await readState(folder)
      if (state) found.push({ folder, state })
      else await rm(folder.root, { recursive: true, force: true })
    }
  }
  return found
}

async function readState(folder: AttemptFolder): Promise<AttemptState | null> {
  try {
    return AttemptState.parse(JSON.parse(await readFile(folder.stateFile, 'utf8')))
  } catch (error) {
    if (isDiskError(error)) throw error
    return null
  }
}

/** Whether the disk failed on an existing file: too many open files, no permission, a device error. */
export function isDiskError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && !('code' in error && error.code === 'ENOENT')
}

/** Removes an attempt, and with `wholeRun` also the run's work folder (the run has ended and is delivered). */
export async function removeAttempt(folder: AttemptFolder, wholeRun: boolean): Promise<void> {
  await rm(folder.root, { recursive: true, force: true })
  if (wholeRun) await rm(join(folder.work, '..'), { recursive: true, force: true })
}

/** The folders in a folder whose names can be ids. */
export async function names(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && /^[A-Za-z0-9_-]{1,128}$/.test(entry.name))
    .map(({ name }) => name)
}
