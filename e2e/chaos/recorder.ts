import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMissing } from './missing'

export interface Point {
  key: string
  step: number
  value: number
}

export interface AttemptRecord {
  attemptId: string
  pids: number[]
  /** In the order in which the trainer sent them; the last one may not have reached the pipe. */
  points: (Point & { said: boolean })[]
  artifacts: { path: string; sha256: string }[]
  ended: boolean
}

/** What trainers sent, written by themselves where no agent and no hub can change it. */
export class Recorder {
  constructor(private readonly folder: string) {}

  /** Makes the interpreter that the agent is given: the real one, with a recorder. @returns its path */
  async prepare(python: string): Promise<string> {
    await mkdir(this.folder, { recursive: true })
    const program = join(this.folder, 'python')
    const script = fileURLToPath(new URL('recorder.py', import.meta.url))
    const exec = `PALATE_RECORDER=${quote(this.folder)} exec ${quote(python)} -u ${quote(script)} "$@"`
    await writeFile(program, `#!/bin/sh\n${exec}\n`)
    await chmod(program, 0o755)
    return program
  }

  async attempts(): Promise<string[]> {
    const names = await readdir(this.folder)
    return names.filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length))
  }

  /** How much all have sent so far: shows whether work continues. */
  async bytes(): Promise<number> {
    const files = (await this.attempts()).map((id) => join(this.folder, `${id}.jsonl`))
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  async read(attemptId: string): Promise<AttemptRecord> {
    const record: AttemptRecord = { attemptId, pids: [], points: [], artifacts: [], ended: false }
    const text = await readFile(join(this.folder, `${attemptId}.jsonl`), 'utf8').catch(isMissing(''))
    const entries = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry)
    entries.forEach((entry, index) => {
      if (entry.pid !== undefined) record.pids.push(entry.pid)
      if (!entry.says) return
      const said = entries[index + 1]?.said === true
      note(record, entry.says, said)
    })
    return record
  }
}

interface Entry {
  pid?: number
  said?: boolean
  says?: { type: string; position?: number; values?: Record<string, number>; path?: string; sha256?: string }
}

function note(record: AttemptRecord, event: NonNullable<Entry['says']>, said: boolean): void {
  if (event.type === 'metric')
    for (const [key, value] of Object.entries(event.values ?? {}))
      record.points.push({ key, step: event.position ?? 0, value, said })
  else if (event.type === 'artifact')
    record.artifacts.push({ path: event.path ?? '', sha256: event.sha256 ?? '' })
  else if (event.type === 'run-end') record.ended = said
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
