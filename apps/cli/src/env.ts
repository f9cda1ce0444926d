import { homedir } from 'node:os'
import { join } from 'node:path'
import { envSchema, readEnv } from '@palate/config'
import { z } from 'zod'

const schema = envSchema('cli', {
  PALATE_URL: z.string().optional(),
  PALATE_API_KEY: z.string().optional(),
})

export interface Env {
  url: string | undefined
  apiKey: string | undefined
  /** The folder of the file that `palate login` writes. */
  configFolder: string
  /** NO_COLOR of https://no-color.org, or a terminal that cannot. */
  noColor: boolean
}

/** The environment of this process, read once. */
export function readCliEnv(): Env {
  const { PALATE_URL: url, PALATE_API_KEY: apiKey } = readEnv(schema)
  const { NO_COLOR, TERM, XDG_CONFIG_HOME, APPDATA } = process.env
  const base =
    process.platform === 'win32'
      ? (APPDATA ?? join(homedir(), 'AppData', 'Roaming'))
      : XDG_CONFIG_HOME || join(homedir(), '.config')
  return {
    url,
    apiKey,
    configFolder: join(base, 'palate'),
    noColor: Boolean(NO_COLOR) || TERM === 'dumb',
  }
}
