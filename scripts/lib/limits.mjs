import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The table of packages/config, for scripts that run before packages are installed. */
export const limits = /** @type {typeof import('../../packages/config/limits.json')} */ (
  JSON.parse(
    readFileSync(fileURLToPath(new URL('../../packages/config/limits.json', import.meta.url)), 'utf8'),
  )
)
