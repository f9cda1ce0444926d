import { type FileHandle, open, readFile } from 'node:fs/promises'
import { GenerateItem, TrainerEvent } from '@palate/protocol'

/** Reads one GenerateItem from each line. @throws Error naming a line that is not one */
export async function readItems(path: string): Promise<GenerateItem[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return lines.flatMap((line, index) => {
    if (!line.trim()) return []
    const parsed = GenerateItem.safeParse(parseJson(line))
    if (!parsed.success)
      throw new Error(`Line ${index + 1} of the items is not usable: ${parsed.error.issues[0]?.message}.`)
    return [parsed.data]
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

export type Generation = Extract<TrainerEvent, { type: 'generation' }>

/**
 * The finished answers of a run, in a file of its work folder, so that an attempt after a crash generates only the
 * missing ones. An incomplete last line is truncated.
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
