import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ontology } from '@palate/recipe'
import { runInput } from './work'

/** key → step → value of a run that nothing disturbed. */
export type Reference = Map<string, Map<number, number>>

const keys = ['loss', 'learning_rate', 'grad_norm']

/** Trains as the agent would, alone and in peace, and returns what was said. @throws Error with the end of its stderr */
export async function trainInPeace(
  python: string,
  trainer: string,
  folder: string,
  index: number,
  steps?: number,
): Promise<Reference> {
  const { kind, seed, config } = runInput(index, steps)
  await mkdir(join(folder, 'inputs'), { recursive: true })
  await writeFile(join(folder, 'inputs/ontology.json'), `${JSON.stringify(ontology)}\n`)
  const ids = { runId: 'run_peace', attemptId: 'att_peace', epoch: 1 }
  const inputs = { ontology: 'inputs/ontology.json' }
  const job = { protocol: 1, ...ids, kind, workDir: folder, seed, resumeFrom: null, inputs, config }
  await writeFile(join(folder, 'job.json'), JSON.stringify(job))
  const lines = (
    await run(python, ['-u', join(trainer, 'pretrain.py'), join(folder, 'job.json')], trainer)
  ).split('\n')
  const reference: Reference = new Map(keys.map((key) => [key, new Map()]))
  for (const line of lines.filter(Boolean)) {
    const event = JSON.parse(line) as { type: string; step: number; values: Record<string, number> }
    if (event.type !== 'metric') continue
    for (const key of keys) reference.get(key)?.set(event.step, event.values[key] ?? Number.NaN)
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
