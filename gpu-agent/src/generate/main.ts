import { readFile } from 'node:fs/promises'
import { type TrainerEvent, TrainerJob } from '@palate/protocol'
import { generateAll } from './generate'

/** The trainer of `generate` runs: a job file in, JSON lines out, like the Python trainers. SIGTERM ends it between tokens. */
const emit = (event: TrainerEvent) => void process.stdout.write(`${JSON.stringify(event)}\n`)
const stopping = new AbortController()
process.on('SIGTERM', () => stopping.abort())
// A closed pipe means that the agent has ended; the answers so far are in the work folder.
process.stdout.on('error', () => process.exit(1))

try {
  const job = TrainerJob.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')))
  const results = await generateAll({ job, emit, signal: stopping.signal })
  emit({ type: 'run-end', status: stopping.signal.aborted ? 'canceled' : 'finished', results, error: null })
} catch (error) {
  const message = `The answers could not be generated: ${error instanceof Error ? error.message : String(error)}`
  const remedy = 'Read the log of this run: the model or the items may not be usable.'
  emit({
    type: 'run-end',
    status: 'failed',
    results: {},
    error: { code: 'generate_failed', message, remedy },
  })
  process.exitCode = 1
}
// Writes to a pipe are synchronous here, so no output is lost; llama.cpp's threads would keep the process alive.
process.exit()
