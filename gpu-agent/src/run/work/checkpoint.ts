import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { hashFile } from '../../files/cache'
import { fileInside } from '../../files/inside'

const manifestName = 'manifest.json'

/** What a trainer writes into a checkpoint as its last file: paths are relative to the checkpoint. */
const Manifest = z.object({
  version: z.literal(1),
  step: z.int().nonnegative(),
  files: z.record(z.string(), z.object({ sizeBytes: z.int().nonnegative(), sha256: z.string() })),
})

/**
 * The newest checkpoint in a work folder whose files match its manifest, relative to the folder; null where there is
 * none. A trainer renames a checkpoint when it is complete; a power cut or a bad disk may have damaged it since, and
 * a damaged one is skipped for the one before.
 */
export async function newestCheckpoint(
  workDir: string,
  onDamaged: (checkpoint: string, reason: string) => void,
): Promise<string | null> {
  for (const step of (await stepsIn(workDir)).sort((a, b) => b - a)) {
    const checkpoint = `checkpoints/checkpoint-${step}`
    const fault = await findFault(join(workDir, checkpoint), step)
    if (fault === null) return checkpoint
    onDamaged(checkpoint, fault)
  }
  return null
}

/**
 * Removes the checkpoints after `step`, the newest that the hub has recorded (null: none). The events before them never
 * arrived, so a run that resumed from one would lack those steps; they are trained again.
 */
export async function forgetCheckpointsBeyond(workDir: string, step: number | null): Promise<void> {
  for (const one of await stepsIn(workDir))
    if (step === null || one > step)
      await rm(join(workDir, `checkpoints/checkpoint-${one}`), { recursive: true, force: true })
}

/** The step of the newest checkpoint, whole or damaged; null where there is none. */
export async function newestStep(workDir: string): Promise<number | null> {
  const steps = await stepsIn(workDir)
  return steps.length > 0 ? Math.max(...steps) : null
}

/** The checkpoint that a resumed run needs is damaged, or was removed. */
export class CheckpointGone extends Error {
  constructor(step: number) {
    super(`The checkpoint of step ${step} is damaged, or no longer on this machine.`)
  }
}

async function stepsIn(workDir: string): Promise<number[]> {
  const entries = await readdir(join(workDir, 'checkpoints'), { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => /^checkpoint-(\d+)$/.exec(entry.name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
}

/** Why a checkpoint cannot be trusted, or null. */
async function findFault(folder: string, step: number): Promise<string | null> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => null)
  if (text === null) return 'it has no manifest'
  const manifest = Manifest.safeParse(readJson(text))
  if (!manifest.success || manifest.data.step !== step) return 'its manifest cannot be read'
  const { files } = manifest.data
  const foreign = (await listFiles(folder)).find((path) => path !== manifestName && !(path in files))
  if (foreign !== undefined) return `${foreign} is not in its manifest`
  for (const [path, listed] of Object.entries(files)) {
    const file = await fileInside(folder, path).catch(() => null)
    if (file === null) return `${path} is missing`
    if (!(await matches(file, listed))) return `${path} has changed`
  }
  return null
}

/** A file that the disk cannot read does not match either. */
async function matches(file: string, listed: { sizeBytes: number; sha256: string }): Promise<boolean> {
  try {
    return (await stat(file)).size === listed.sizeBytes && (await hashFile(file)) === listed.sha256
  } catch {
    return false
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
