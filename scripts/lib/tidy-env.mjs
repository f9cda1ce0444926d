// The environment of a person's shell, without what makes Palate depend on it. Only Node's built-ins here.
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, canWrite } from './paths.mjs'

/**
 * Settings for other programs that would change ours: other packages for Python, another place for what pip installs, and
 * Node's mode, which each of our processes sets itself (npm leaves out half of the packages in `production`).
 */
const foreign = [
  ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONOPTIMIZE', 'PYTHONINSPECT'],
  ...['PIP_USER', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_ROOT', 'PIP_REQUIRE_VIRTUALENV', 'PIP_DRY_RUN'],
  'NODE_ENV',
]

const proxies = ['http_proxy', 'https_proxy', 'all_proxy']
const here = ['localhost', '127.0.0.1', '::1']

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} what changes; undefined: the variable goes
 */
export function tidyEnvironment(env) {
  /** @type {NodeJS.ProcessEnv} */
  const changes = { PYTHONUTF8: '1' } // Python reads and writes UTF-8 in every locale
  const isSet = (/** @type {string} */ name) => env[name] ?? env[name.toUpperCase()]
  for (const name of foreign) if (env[name] !== undefined) changes[name] = undefined
  // PGHOST, PGSSLMODE and so on are for somebody else's database, unless Palate uses that.
  if (!env.DATABASE_URL && !env.DATABASE_URL_TEST)
    for (const name of Object.keys(env)) if (/^PG[A-Z]/.test(name)) changes[name] = undefined
  if (proxies.some(isSet)) {
    const named = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').filter(Boolean)
    const all = [...named, ...here.filter((host) => !named.includes(host))].join(',')
    Object.assign(changes, { NO_PROXY: all, no_proxy: all })
  }
  return changes
}

/** Applies `tidyEnvironment` to this process, and so to all that it starts; those without a home folder get one. */
export function tidyProcessEnvironment() {
  for (const [name, value] of Object.entries(tidyEnvironment(process.env))) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  if (hasHome()) return
  process.env.HOME = join(cacheFolder, 'home')
  mkdirSync(process.env.HOME, { recursive: true, mode: 0o700 })
}

function hasHome() {
  try {
    return homedir() !== '' && canWrite(join(homedir(), '.cache'))
  } catch {
    return false // none, or one that belongs to somebody else: a container that runs as any user
  }
}
