import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real file system that is full after a few megabytes. */
export interface SmallDisk {
  path: string
  setReadOnly(readOnly: boolean): void
  unmount(): void
}

/** A title's end that says why tests of a full disk are skipped. */
export const withoutSmallDisk = ' (skipped: only root may mount a file system here)'

/** Mounts a small tmpfs; null where this user may not mount. */
export function mountSmallDisk(mebibytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'palate-disk-'))
  const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  const size = `size=${mebibytes}m`
  if (mount(size).status !== 0) {
    rmSync(path, { recursive: true, force: true })
    return null
  }
  return {
    path,
    setReadOnly: (readOnly) => void mount(`remount,${size},${readOnly ? 'ro' : 'rw'}`),
    unmount() {
      spawnSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
