import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Lease, RunKind } from '@palate/protocol'
import type { Settings } from '../../env'
import type { Command } from './child'

const scripts = {
  pretrain: 'pretrain.py',
  sft: 'train_sft.py',
  dpo: 'train_dpo.py',
  kto: 'train_kto.py',
  probe: 'probe.py',
} as const

/** Trainers of a model that is there, whose step is shared out over several GPUs. */
const shared: ReadonlySet<RunKind> = new Set(['sft', 'dpo', 'kto'])

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
  return settings.python ? ['pretrain', 'sft', 'dpo', 'kto', 'generate', 'probe'] : ['generate']
}

/** Arguments that make this Node run one of our TypeScript files. */
export function tsxArguments(file: string): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', loader, file]
}

/**
 * How a run is started: a Python script, or for `generate` our own llama.cpp program; both take a job file, and see
 * the GPUs of their lease alone. A training on several GPUs is one process each, through `accelerate launch`.
 */
export function commandFor(
  { kind, gpus }: Pick<Lease, 'kind' | 'gpus'>,
  jobFile: string,
  settings: Settings,
): Command {
  const own: Record<string, string> = gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {}
  if (kind === 'generate') {
    const file = fileURLToPath(new URL('../../generate/main.ts', import.meta.url))
    return {
      command: process.execPath,
      args: [...tsxArguments(file), jobFile],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...settings.childEnv, ...own },
    }
  }
  const launcher = gpus.length > 1 && shared.has(kind) ? launch(gpus.length) : []
  return {
    command: settings.python ?? 'python3',
    args: ['-u', ...launcher, join(settings.trainerFolder, scripts[kind]), jobFile],
    cwd: settings.trainerFolder,
    env: {
      ...settings.childEnv,
      ...offline,
      ...(shared.has(kind) ? settings.modelEnv : {}),
      ...own,
      // What the runs of this machine share: log-probabilities of a reference are computed once for a sweep.
      PALATE_TRAINER_CACHE: join(settings.home, 'trainer-cache'),
      // accelerate would take up a user's own defaults from there.
      HF_HOME: join(settings.home, 'huggingface'),
    },
  }
}

/** Everything is said here; port 0 is a free one, so that two such runs on one machine do not meet. */
function launch(processes: number): string[] {
  return [
    ...['-m', 'accelerate.commands.launch', '--multi_gpu', '--num_processes', String(processes)],
    ...[
      '--num_machines',
      '1',
      '--mixed_precision',
      'no',
      '--dynamo_backend',
      'no',
      '--main_process_port',
      '0',
    ],
  ]
}
