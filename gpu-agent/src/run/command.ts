import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { RunKind } from '@palate/protocol'
import type { Settings } from '../env'
import type { Command } from './child'

const scripts = {
  pretrain: 'pretrain.py',
  sft: 'train_sft.py',
  dpo: 'train_dpo.py',
  kto: 'train_kto.py',
} as const

const offline = {
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  HF_DATASETS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  TOKENIZERS_PARALLELISM: 'false',
}

/** The kinds of work that this agent can do with what it was given. */
export function kindsOf(settings: Settings): RunKind[] {
  return settings.python ? ['pretrain', 'sft', 'dpo', 'kto', 'generate'] : ['generate']
}

/** Arguments that make this Node run one of our TypeScript files. */
export function tsxArguments(file: string): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', loader, file]
}

/** How a run of a kind is started: a Python script, or for `generate` our own llama.cpp program; both take a job file. */
export function commandFor(kind: RunKind, jobFile: string, settings: Settings): Command {
  if (kind === 'generate') {
    const file = fileURLToPath(new URL('../generate/main.ts', import.meta.url))
    return {
      command: process.execPath,
      args: [...tsxArguments(file), jobFile],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: settings.childEnv,
    }
  }
  return {
    command: settings.python ?? 'python3',
    args: ['-u', join(settings.trainerFolder, scripts[kind]), jobFile],
    cwd: settings.trainerFolder,
    // What the runs of this machine share: log-probabilities of a reference are computed once for a sweep.
    env: { ...settings.childEnv, ...offline, PALATE_TRAINER_CACHE: join(settings.home, 'trainer-cache') },
  }
}
