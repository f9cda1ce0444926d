import { limits } from '@palate/config'
import { type Deps, type Logger, openDepsFromEnv } from '@palate/core'
import { env } from './env'

/** Logs one JSON line per entry to standard output; errors keep their stack, and long texts are cut. */
const write = (level: string) => (data: Record<string, unknown>, text: string) => {
  const plain = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, cut(value instanceof Error ? value.stack : value)]),
  )
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), text, ...plain })}\n`)
}

const cut = (value: unknown) =>
  typeof value === 'string' ? value.slice(0, limits.log.textCharacters) : value

const log: Logger = { info: write('info'), warn: write('warn'), error: write('error') }

// On the global object: Next loads a module once per bundle, but the pools must be opened once per process.
const shared = globalThis as typeof globalThis & { palateDeps?: Promise<Deps> }

/** The dependencies of core's verbs, opened once per process. */
export function deps(): Promise<Deps> {
  shared.palateDeps ??= openDepsFromEnv(env(), { applicationName: 'palate-web', log }).then(
    (opened) => opened.deps,
  )
  return shared.palateDeps
}
