import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ontology } from '@palate/recipe'
import { exactKeys, type RunInput } from './work'

/** key → step → value of an undisturbed run. */
export type Reference = Map<string, Map<number, number>>

/**
 * The undisturbed run of each kind of work, by its seed, trained when it is first asked for.
 *
 * @param trainer the folder of the trainers' scripts
 */
export function openReferences(python: string, trainer: string) {
  const known = new Map<number, Promise<Reference>>()
  return (input: RunInput): Promise<Reference> => {
    const { seed = 0 } = input
    const reference = known.get(seed) ?? inFolder((folder) => trainInPeace(python, trainer, folder, input))
    known.set(seed, reference)
    return reference
  }
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'palate-peace-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Trains as the agent would, without faults, and returns what the trainer sent. @throws Error with the end of its stderr */
async function trainInPeace(
  python: string,
  trainer: string,
  folder: string,
  { kind, seed, config }: RunInput,
): Promise<Reference> {
  await mkdir(join(folder, 'inputs'), { recursive: true })
  await writeFile(join(folder, 'inputs/ontology.json'), `${JSON.stringify(ontology)}\n`)
  const ids = { runId: 'run_peace', attemptId: 'att_peace', epoch: 1 }
  const inputs = { ontology: 'inputs/ontology.json' }
  const job = { protocol: 1, ...ids, kind, workDir: folder, seed, resumeFrom: null, inputs, config }
  await writeFile(join(folder, 'job.json'), JSON.stringify(job))
  const lines = (
    await run(python, ['-u', join(trainer, 'pretrain.py'), join(folder, 'job.json')], trainer)
  ).split('\n')
  const reference: Reference = new Map(exactKeys.map((key) => [key, new Map()]))
  for (const line of lines.filter(Boolean)) {
    const event = JSON.parse(line) as { type: string; position: number; values: Record<string, number> }
    if (event.type !== 'metric') continue
    for (const key of exactKeys) reference.get(key)?.set(event.position, event.values[key] ?? Number.NaN)
  }
  return reference
}

function run(command: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000)
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`The undisturbed training ended with ${code}.\n${errors}`)),
    )
  })
}
