import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { trainerEnv } from './env'

const program = `#!/bin/sh
case "$1" in
  *index,uuid*) printf '0, GPU-a, NVIDIA L4, 23034, 570.86.15\\n1, GPU-b, NVIDIA L4, 23034, 570.86.15\\n' ;;
  *) printf 'GPU-a, 87, 11517, 23034, 61, 70.25\\nGPU-b, [N/A], 0, 23034, 30, [N/A]\\n' ;;
esac
`

/**
 * A folder for the front of PATH with an `nvidia-smi` that answers as one did on a machine with two cards.
 *
 * @returns the PATH
 */
export async function twoCards(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'nvidia-smi'), program)
  await chmod(join(bin, 'nvidia-smi'), 0o755)
  return `${bin}:${trainerEnv().PATH}`
}
