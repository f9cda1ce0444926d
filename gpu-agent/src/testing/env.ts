import { fileURLToPath } from 'node:url'

const trainer = fileURLToPath(new URL('trainer', import.meta.url))

/** The environment of an agent under test: the tests' own trainer, no GPU, quiet unless PALATE_LOG_LEVEL says otherwise. */
export function agentEnv(
  hubUrl: string,
  home: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    PALATE_HUB_URL: hubUrl,
    PALATE_AGENT_HOME: home,
    PALATE_AGENT_NAME: 'test agent',
    PALATE_ENROLLMENT_CODE: 'code-12345678',
    PALATE_PYTHON: 'python3',
    PALATE_TRAINER: trainer,
    PALATE_LLAMA_GPU: 'off',
    PALATE_LOG_LEVEL: process.env.PALATE_LOG_LEVEL ?? 'silent',
    ...more,
  }
}

/** What a trainer needs of the environment when a test runs it without an agent. */
export function trainerEnv(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HF_HUB_OFFLINE: '1' }
}
