import { type FileHandle, open } from 'node:fs/promises'
import { TrainerEvent } from '@palate/protocol'

export type Generation = Extract<TrainerEvent, { type: 'generation' }>

/**
 * The answers of a run that are already made, in a file of its work folder, so that an attempt after a crash makes
 * only the missing ones. A line that was torn by the crash is cut off.
 */
export class Answers {
  private constructor(
    private readonly file: FileHandle,
    readonly made: ReadonlyMap<string, Generation>,
  ) {}

  static async open(path: string): Promise<Answers> {
    const file = await open(path, 'a+')
    const bytes = await file.readFile()
    const whole = bytes.lastIndexOf(0x0a) + 1
    if (whole < bytes.length) await file.truncate(whole)
    const made = new Map<string, Generation>()
    for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
      if (!line) continue
      const event = TrainerEvent.parse(JSON.parse(line))
      if (event.type === 'generation') made.set(event.itemId, event)
    }
    return new Answers(file, made)
  }

  async add(generation: Generation): Promise<void> {
    await this.file.appendFile(`${JSON.stringify(generation)}\n`)
  }

  async close(): Promise<void> {
    await this.file.sync()
    await this.file.close()
  }
}
