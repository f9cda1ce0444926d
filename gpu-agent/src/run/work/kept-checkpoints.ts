import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckpointReport, KeptCheckpoint } from '@palate/protocol'
import type { CheckpointPolicy } from '../../env'
import { type AttemptFolder, names } from './attempt-folder'
import { newestStep } from './checkpoint'

/** What the next attempt writes again. */
const writtenAgain = ['inputs', 'output', 'stop.json']

/**
 * After a run that has ended without a model: leaves only its checkpoints, so that it can be resumed.
 *
 * @returns whether there is one; otherwise nothing is left to keep
 */
export async function keepCheckpoint({ work }: AttemptFolder): Promise<boolean> {
  if ((await newestStep(work)) === null) return false
  for (const name of writtenAgain) await rm(join(work, name), { recursive: true, force: true })
  return true
}

/**
 * Removes the folders of runs without an attempt here that are older than the policy allows, and then the oldest until
 * the others fit into its budget.
 *
 * @param busy runs that are about to begin an attempt
 * @returns what is left
 */
export async function pruneCheckpoints(
  home: string,
  policy: CheckpointPolicy,
  { now, busy }: { now: number; busy: ReadonlySet<string> },
): Promise<CheckpointReport> {
  const kept: KeptCheckpoint[] = []
  let freeBytes = policy.budgetBytes
  const idle = (await readIdleRuns(home)).filter(({ runId }) => !busy.has(runId))
  for (const { runId, touched, step, sizeBytes } of idle.sort((a, b) => b.touched - a.touched)) {
    const keptUntil = touched + policy.keepMs
    if (keptUntil <= now || sizeBytes > freeBytes) {
      await rm(join(home, 'runs', runId), { recursive: true, force: true })
      continue
    }
    freeBytes -= sizeBytes
    if (step !== null) kept.push({ runId, step, sizeBytes, keptUntil })
  }
  return { ...policy, kept }
}

/** Runs that no attempt here works on. `touched`: when the run ended here, in milliseconds since 1970. */
async function readIdleRuns(home: string) {
  const found = []
  for (const runId of await names(join(home, 'runs'))) {
    const folder = join(home, 'runs', runId)
    if ((await names(join(folder, 'attempts'))).length > 0) continue
    const work = join(folder, 'work')
    const { mtimeMs } = await stat(work).catch(() => stat(folder))
    const step = await newestStep(work)
    found.push({ runId, touched: Math.round(mtimeMs), step, sizeBytes: await sizeOf(work) })
  }
  return found
}

/** Bytes of all files below a folder. One that is removed meanwhile counts as nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
