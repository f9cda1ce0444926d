import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StopWish } from '@palate/protocol'
import { type AttemptFolder, writeWhole } from './attempt-folder'

/** The job's `stopFile`, relative to the work folder. */
export const stopFile = 'stop.json'

/** Asks the trainer to end early and to keep the model; null takes it back. */
export async function writeStopWish({ work }: AttemptFolder, wish: StopWish | null): Promise<void> {
  const path = join(work, stopFile)
  if (wish) await writeWhole(path, JSON.stringify(wish))
  else await rm(path, { force: true })
}
