import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { envSchema, readEnv } from '@palate/config'
import { AgentLabel, agentLabelLimit, type CheckpointReport } from '@palate/protocol'
import { z } from 'zod'
import { Redactor } from './redact'

const text = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional()

/** Defaults and meanings: packages/config/variables.json. */
const AgentEnv = envSchema('agent', {
  PALATE_HUB_URL: z.url({ protocol: /^https?$/, error: 'must be the http(s) address of Palate.' }),
  PALATE_AGENT_HOME: z.string().min(1),
  PALATE_AGENT_NAME: z.string().trim().min(1).max(80).default(hostname().slice(0, 80)),
  PALATE_AGENT_LABELS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((label) => label.trim())
        .filter(Boolean),
    )
    .pipe(z.array(AgentLabel).max(agentLabelLimit, `more than ${agentLabelLimit} labels`)),
  PALATE_ENROLLMENT_CODE: text,
  PALATE_PYTHON: text,
  PALATE_TRAINER: text,
  PALATE_LLAMA_GPU: z.enum(['auto', 'off']),
  PALATE_SPOOL_QUOTA_BYTES: z.coerce.number().int().min(4096),
  PALATE_CHECKPOINT_DAYS: z.coerce.number().min(0).max(3650),
  PALATE_CHECKPOINT_BYTES: z.coerce.number().int().min(0),
  PALATE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  PALATE_AGENT_ALLOW_ROOT: z.enum(['0', '1']),
  PALATE_AGENT_DRAIN_SECONDS: z.coerce.number().int().min(0).max(86_400),
}).extend({ PATH: z.string().default('/usr/local/bin:/usr/bin:/bin') })

export type CheckpointPolicy = Pick<CheckpointReport, 'keepMs' | 'budgetBytes'>

/** The agent's settings, read once from the environment. */
export type Settings = {
  hubUrl: string
  name: string
  /** The folder of the credential, the cache and the work folders. */
  home: string
  labels: string[]
  enrollmentCode: string | null
  /** The Python with the trainer's packages; without it this agent only generates and serves. */
  python: string | null
  trainerFolder: string
  /** The environment of a child process: these few variables and no others. */
  childEnv: Record<string, string>
  /** Added for a training of an external model: the folders that it may read, the model hub, its token and its cache. */
  modelEnv: Record<string, string>
  /** Added for an import: the settings of pip, which fetches the packages of starting models. */
  packageEnv: Record<string, string>
  /** Bytes of an attempt's events that may wait for the hub; with more, the trainer waits. */
  spoolQuotaBytes: number
  /** How long, and how much of them, checkpoints of canceled and failed runs are kept. */
  checkpoints: CheckpointPolicy
  logLevel: string
  /** Whether the owner allows the agent to run as root. */
  allowRoot: boolean
  /** How long runs may continue after a SIGTERM. */
  drainMs: number
  redactor: Redactor
}

const passedOn = [
  'PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'CUDA_HOME',
  'NVIDIA_VISIBLE_DEVICES', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'PALATE_LLAMA_GPU', 'PALATE_TRAINER_BF16',
] // biome-ignore format: one list

const toTheHub = [
  'PALATE_MODEL_FOLDERS', 'HF_TOKEN', 'HF_ENDPOINT', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY',
  'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy',
  'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE',
] // biome-ignore format: one list

/** A proxy is for other machines: a model hub on this one is asked without it. */
function withoutProxyHere(env: Record<string, string>): Record<string, string> {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name))) return env
  const all = [env.no_proxy ?? env.NO_PROXY, 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(',')
  return { ...env, NO_PROXY: all, no_proxy: all }
}

/** Training itself is always offline; `PALATE_MODELS_OFFLINE` applies to the download of a model before it. */
function modelEnvOf(source: NodeJS.ProcessEnv): Record<string, string> {
  const cache = source.HF_HUB_CACHE ?? (source.HF_HOME ? join(source.HF_HOME, 'hub') : undefined)
  return withoutProxyHere(
    Object.fromEntries(
      Object.entries({
        ...Object.fromEntries(toTheHub.map((name) => [name, source[name]])),
        PALATE_MODELS_OFFLINE: source.HF_HUB_OFFLINE,
        HF_HUB_CACHE: cache,
      }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
  )
}

function packageEnvOf(source: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) =>
      value && /^PIP_[A-Z_]+$/.test(name) ? [[name, value]] : [],
    ),
  )
}

/** @throws Error with one line for each variable that is not usable */
export function readSettings(source: NodeJS.ProcessEnv = process.env): Settings {
  const env = readEnv(AgentEnv, source)
  const childEnv: Record<string, string> = {
    PATH: env.PATH,
    PALATE_LLAMA_GPU: env.PALATE_LLAMA_GPU,
    PYTHONUTF8: '1', // texts and paths are UTF-8 in every locale
  }
  for (const name of passedOn) {
    const value = source[name]
    if (value !== undefined) childEnv[name] = value
  }
  return {
    hubUrl: env.PALATE_HUB_URL,
    name: env.PALATE_AGENT_NAME,
    home: resolve(env.PALATE_AGENT_HOME),
    labels: env.PALATE_AGENT_LABELS,
    enrollmentCode: env.PALATE_ENROLLMENT_CODE ?? null,
    python: env.PALATE_PYTHON ?? null,
    trainerFolder: resolve(env.PALATE_TRAINER ?? join(fileURLToPath(import.meta.url), '../../trainer')),
    childEnv,
    modelEnv: modelEnvOf(source),
    packageEnv: packageEnvOf(source),
    spoolQuotaBytes: env.PALATE_SPOOL_QUOTA_BYTES,
    checkpoints: {
      keepMs: Math.round(env.PALATE_CHECKPOINT_DAYS * 24 * 3600_000),
      budgetBytes: env.PALATE_CHECKPOINT_BYTES,
    },
    logLevel: env.PALATE_LOG_LEVEL,
    allowRoot: env.PALATE_AGENT_ALLOW_ROOT === '1',
    drainMs: env.PALATE_AGENT_DRAIN_SECONDS * 1000,
    redactor: Redactor.ofEnvironment(source),
  }
}
