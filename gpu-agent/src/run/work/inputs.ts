import { copyFile, link, rm } from 'node:fs/promises'
import type { Lease } from '@palate/protocol'
import type { ObjectCache } from '../../files/cache'
import { makeParent } from '../../files/inside'

/**
 * Places a lease's inputs in the work folder, under `inputs/`.
 *
 * @returns the job's `inputs`: a folder (`model/config.json`, `model/…`) under its first part, a file under its
 * name without the ending (`pairs.jsonl` is `pairs`), each with its path relative to the work folder
 * @throws PathEscape for a name that would leave the folder
 */
export async function placeInputs(
  lease: Lease,
  workDir: string,
  cache: ObjectCache,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const inputs: Record<string, string> = {}
  for (const input of lease.inputs) {
    const path = `inputs/${input.name}`
    const target = await makeParent(workDir, path)
    const cached = await cache.fetch(input, lease.token, signal)
    await rm(target, { force: true })
    // A hard link is free; another device, or a file system without links, needs a copy.
    await link(cached, target).catch(() => copyFile(cached, target))
    const [folder, ...rest] = input.name.split('/')
    if (folder !== undefined && rest.length > 0) inputs[folder] = `inputs/${folder}`
    else inputs[input.name.replace(/\.[^.]+$/, '')] = path
  }
  return inputs
}
