import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The sequence number up to which the hub has the events, as the folder remembers it. */
export async function readAcked(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'acked'), 'utf8').catch(() => '0')
  const seq = Number(text)
  return Number.isSafeInteger(seq) && seq >= 0 ? seq : 0
}

/** A watermark that is lost only repeats a delivery, so a full disk is no reason to stop one. */
export async function writeAcked(folder: string, seq: number): Promise<void> {
  const temporary = join(folder, 'acked.tmp')
  try {
    await writeFile(temporary, String(seq))
    await rename(temporary, join(folder, 'acked'))
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}
