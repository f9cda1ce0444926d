import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The newest whole checkpoint in a work folder, relative to it. A trainer renames a checkpoint to its place when it is whole. */
export async function newestCheckpoint(workDir: string): Promise<string | null> {
  const entries = await readdir(join(workDir, 'checkpoints'), { withFileTypes: true }).catch(() => [])
  const steps = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => /^checkpoint-(\d+)$/.exec(entry.name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
  return steps.length === 0 ? null : `checkpoints/checkpoint-${Math.max(...steps)}`
}
