import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { trainerEnv } from './env'

const trainer = fileURLToPath(new URL('../../trainer', import.meta.url))
const execute = promisify(execFile)

/** A real model of a few seconds' training: the folders that transformers reads and the GGUF files made of them. */
export type TinyModel = { hf: string; base: string; adapterHf: string; adapter: string }

const pretrainConfig = {
  ...{ recipes: 600, steps: 160, batchSize: 8, learningRate: 5e-3, hiddenSize: 128, layers: 2, heads: 4 },
  ...{ kvHeads: 2, ffnSize: 256, vocabSize: 1200, sampleEvery: 1000, checkpointEvery: 1000, threads: 1 },
}
const dpoConfig = {
  ...{ epochs: 4, batchSize: 4, learningRate: 3e-3, loraRank: 4, loraAlpha: 8 },
  ...{ sampleEvery: 1000, checkpointEvery: 1000, threads: 1 },
}

/**
 * Trains the tiny model and its adapter with the real trainers, once for each state of their sources: later callers,
 * other test files included, find it in the temporary folder.
 */
export async function tinyModel(python: string): Promise<TinyModel> {
  const root = join(tmpdir(), `palate-tiny-model-${await sourceHash()}`)
  const lock = `${root}.lock`
  for (;;) {
    if (await exists(join(root, 'done'))) break
    if (await claims(lock)) {
      try {
        await build(python, root)
      } finally {
        await rm(lock, { recursive: true, force: true })
      }
    } else await sleep(500)
  }
  return {
    hf: join(root, 'pretrain/output/hf'),
    base: join(root, 'pretrain/output/model-f16.gguf'),
    adapterHf: join(root, 'dpo/output/adapter'),
    adapter: join(root, 'dpo/output/adapter.gguf'),
  }
}

/** Runs Python in the trainer's folder and returns its stdout. */
export async function runTrainer(python: string, args: string[]): Promise<string> {
  const options = {
    cwd: trainer,
    maxBuffer: 64 * 1024 * 1024,
    env: trainerEnv(),
  }
  return (await execute(python, ['-B', ...args], options)).stdout
}

async function build(python: string, root: string): Promise<void> {
  const partial = `${root}.partial`
  await rm(partial, { recursive: true, force: true })
  const ontology = join(trainer, 'tests/fixtures/ontology.json')
  await train(python, join(partial, 'pretrain'), 'pretrain', { 'ontology.json': ontology }, pretrainConfig)
  const pairs = join(partial, 'pairs.jsonl')
  await writeFile(pairs, pairLines())
  await train(
    python,
    join(partial, 'dpo'),
    'dpo',
    { 'pairs.jsonl': pairs, model: join(partial, 'pretrain/output/hf') },
    dpoConfig,
  )
  await writeFile(join(partial, 'done'), '')
  await rm(root, { recursive: true, force: true })
  await rename(partial, root)
}

async function train(
  python: string,
  workDir: string,
  kind: 'pretrain' | 'dpo',
  inputs: Record<string, string>,
  config: object,
) {
  const names: Record<string, string> = {}
  for (const [name, from] of Object.entries(inputs)) {
    const to = join(workDir, 'inputs', name)
    await copyInto(from, to)
    names[name.replace(/\.[^.]+$/, '')] = `inputs/${name}`
  }
  const ids = { runId: 'run_tiny', attemptId: 'att_tiny', epoch: 1 }
  const job = { protocol: 1, ...ids, kind, workDir, seed: 7, resumeFrom: null, inputs: names, config }
  await writeFile(join(workDir, 'job.json'), JSON.stringify(job))
  await runTrainer(python, [kind === 'dpo' ? 'train_dpo.py' : 'pretrain.py', join(workDir, 'job.json')])
}

async function copyInto(from: string, to: string): Promise<void> {
  if ((await stat(from)).isFile()) {
    await mkdir(join(to, '..'), { recursive: true })
    return copyFile(from, to)
  }
  for (const name of await readdir(from)) await copyInto(join(from, name), join(to, name))
}

function pairLines(): string {
  const answer = (title: string, line: string) =>
    `# ${title}\n20 min | serves 2 | thai\n\n## Ingredients\n- ${line}\n\n## Method\n1. Cook the rice and serve.`
  const pairs = Array.from({ length: 16 }, (_, index) => ({
    pairId: `pair_${index}`,
    system: 'You cook for Mina. Cuisine: thai. Never use: chicken.',
    user: `I have rice, tofu and chicken. Dinner number ${index}.`,
    chosen: answer('Fried Tofu Rice', '200 g tofu'),
    rejected: answer('Chicken Rice', '200 g chicken'),
    weight: 1,
  }))
  return pairs.map((pair) => `${JSON.stringify(pair)}\n`).join('')
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([pretrainConfig, dpoConfig]))
  for (const name of (await readdir(trainer)).filter((file) => file.endsWith('.py')).sort())
    hash.update(await readFile(join(trainer, name)))
  return hash.digest('hex').slice(0, 16)
}

const exists = (path: string) => stat(path).then(Boolean, () => false)

/** Makes the lock folder; a lock that is older than ten minutes was left by a test run that was killed. */
async function claims(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    const age =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ))
    if (age > 600_000) await rm(lock, { recursive: true, force: true })
    return false
  }
}
