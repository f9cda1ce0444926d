import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lease, RunKind } from '@palate/protocol'
import type { Settings } from '../../env'
import { llamaFiles } from '../../llama-files'
import { tsxArguments } from '../../tsx'
import type { Command } from './child'

const scripts = {
  pretrain: 'pretrain.py',
  sft: 'train_sft.py',
  dpo: 'train_dpo.py',
  kto: 'train_kto.py',
  import: 'import_model.py',
  probe: 'probe.py',
} as const

/** Trainers of an existing model, which can use several GPUs. */
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

/** The kinds of run that this agent can execute. */
export function kindsOf(settings: Settings): RunKind[] {
  return settings.python ? ['pretrain', 'sft', 'dpo', 'kto', 'import', 'generate', 'probe'] : ['generate']
}

/**
 * The command of a run: a Python script, or for `generate` the agent's llama.cpp program. Both take a job file and see
 * only the GPUs of their lease. A training on several GPUs is one process for each, through `accelerate launch`.
 */
export function commandFor(
  { kind, gpus, hubToken }: Pick<Lease, 'kind' | 'gpus' | 'hubToken'>,
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
      ...(kind === 'import' ? { ...settings.modelEnv, ...settings.packageEnv } : {}),
      // Of the person who started the import; it comes before the owner's.
      ...(kind === 'import' && hubToken ? { HF_TOKEN: hubToken } : {}),
      ...(shared.has(kind) ? settings.modelEnv : {}),
      PALATE_LLAMA_CPP: JSON.stringify(llamaFiles()),
      ...own,
      // Shared by the runs of this machine: the log-probabilities of a reference are computed once for a sweep.
      PALATE_TRAINER_CACHE: join(settings.home, 'trainer-cache'),
      // Otherwise accelerate would read a user's defaults from there.
      HF_HOME: join(settings.home, 'huggingface'),
    },
  }
}

/** All options are explicit; port 0 takes a free one, so that two such runs on one machine do not conflict. */
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
