import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Deps, listOpenImports } from '@palate/core'

/** The folder of one import's temporary files, new and empty. It has the version's id, so that a sweep can tell whose it is. */
export async function createImportFolder(root: string, datasetVersionId: string): Promise<string> {
  const folder = join(root, datasetVersionId)
  await rm(folder, { recursive: true, force: true }) // of a try that was killed
  await mkdir(folder, { recursive: true })
  return folder
}

/**
 * Removes the temporary files of imports that have ended: those of a hub that was killed. Another hub may share the
 * folder, so imports that are still open keep theirs; the next try empties it.
 */
export async function sweepImportFolders(deps: Deps, root: string): Promise<void> {
  await mkdir(root, { recursive: true })
  const names = await readdir(root)
  if (names.length === 0) return
  const open = new Set(await listOpenImports(deps))
  for (const name of names.filter((each) => !open.has(each)))
    await rm(join(root, name), { recursive: true, force: true })
}
