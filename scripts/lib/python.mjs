// Python environments, each made once from pinned requirements. Only Node's built-ins here.
import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Stop } from './console.mjs'
import { readVariable } from './env.mjs'
import { withLock } from './lock.mjs'
import { cacheFolder, contentHash, trainer } from './paths.mjs'
import { readPipSettings, translateForUv } from './pip-settings.mjs'
import { run } from './process.mjs'

const execute = promisify(execFile)
const uvVersion = '0.13.9'

async function findPython() {
  const named = readVariable('PALATE_SYSTEM_PYTHON')
  const candidates = named ? [named] : ['python3', 'python3.13', 'python3.12', 'python3.11']
  for (const command of candidates) {
    const found = await execute(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).catch(
      () => null,
    )
    const [major, minor = 0] = (found?.stdout ?? '').trim().split('.').map(Number)
    if (major === 3 && minor >= 11) return { command, version: `${major}.${minor}` }
  }
  throw new Stop(
    'Palate needs Python 3.11 or newer and found none. Install it (Debian: apt install python3 python3-venv) and start again.',
  )
}

const torchIndex = () => {
  const url = readVariable('PALATE_TORCH_INDEX')
  return url ? ['--extra-index-url', url] : []
}

/**
 * Installs with uv, which takes about a third of pip's time, from the same indexes as pip.
 *
 * @param {string} python
 * @param {string} requirements
 * @throws {Stop} when uv is not available here, a setting of pip has no counterpart, or a package was not found
 */
async function installWithUv(python, requirements) {
  const listed = await run(python, ['-m', 'pip', 'config', 'list'])
  const { args, env, unknown } = translateForUv(readPipSettings(listed))
  if (unknown.length > 0) throw new Stop(`uv has no setting ${unknown.join(', ')}`)
  await run(python, ['-m', 'pip', 'install', '--quiet', '--no-compile', `uv==${uvVersion}`])
  const own = process.env.UV_CACHE_DIR ? {} : { UV_CACHE_DIR: join(cacheFolder, 'uv') }
  await run(
    join(dirname(python), 'uv'),
    ['pip', 'install', '--quiet', '--python', python, ...args, ...torchIndex(), '-r', requirements],
    { cwd: dirname(requirements), env: { UV_PYTHON_DOWNLOADS: 'never', ...own, ...env } },
  )
}

/** @param {string} python @param {string} requirements */
async function installWithPip(python, requirements) {
  await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--no-compile', ...torchIndex(), '-r', requirements],
    { cwd: dirname(requirements) },
  )
}

/**
 * @param {string} python
 * @param {string} requirements a file of pinned packages
 * @returns {Promise<string>} a note
 */
async function installRequirements(python, requirements) {
  try {
    await installWithUv(python, requirements)
    return ''
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    await installWithPip(python, requirements)
    return 'with pip, as uv could not install here'
  }
}

/** @param {string} requirements @returns the interpreter that makes their environment, and its folder */
async function locate(requirements) {
  const { command, version } = await findPython()
  return { command, folder: join(cacheFolder, 'python', contentHash([requirements], version)) }
}

/**
 * A Python environment, named by the hash of its pinned requirements and kept outside the checkout.
 *
 * @param {string} requirements
 * @param {(folder: string, python: string) => Promise<string | null>} [more] may add to it under the same lock;
 * returns a note when it did
 * @returns {Promise<{ python: string, note: string }>}
 */
async function makePython(requirements, more = async () => null) {
  const { command, folder } = await locate(requirements)
  const python = join(folder, 'bin/python')
  const note = await withLock(folder, async () => {
    const made = existsSync(join(folder, '.complete')) ? null : await create(folder, command, requirements)
    const added = await more(folder, python)
    return made === null && added === null ? 'already installed' : made || added || ''
  })
  return { python, note }
}

/**
 * @param {string} folder
 * @param {string} command the interpreter that makes it
 * @param {string} requirements
 */
async function create(folder, command, requirements) {
  rmSync(folder, { recursive: true, force: true })
  await run(command, ['-m', 'venv', folder]).catch((error) => {
    throw new Stop(
      `Python could not make an environment. On Debian install python3-venv. (${String(error.message).split('\n')[0]})`,
    )
  })
  const note = await installRequirements(join(folder, 'bin/python'), requirements)
  writeFileSync(join(folder, '.complete'), '')
  return note
}

const trainerRequirements = join(trainer, 'requirements.txt')

/**
 * The trainer's Python environment. `PALATE_TORCH_INDEX` names a package index to prefer for PyTorch (a CPU build, a
 * CUDA version).
 *
 * @param {{ dev?: boolean }} [options] `dev` adds the tools of the checks and tests
 */
export async function installPython({ dev = false } = {}) {
  const devRequirements = join(trainer, 'requirements-dev.txt')
  return makePython(trainerRequirements, async (folder, python) => {
    const devStamp = join(folder, `.dev-${contentHash([devRequirements])}`)
    if (!dev || existsSync(devStamp)) return null
    const note = await installRequirements(python, devRequirements)
    writeFileSync(devStamp, '')
    return note
  })
}

/** @returns {Promise<string | null>} the ruff of the trainer's environment, or null where it is not installed yet */
export async function findRuff() {
  const ruff = join((await locate(trainerRequirements)).folder, 'bin/ruff')
  return existsSync(ruff) ? ruff : null
}

/**
 * The Python environment of what a benchmark compares with, apart from the trainer's.
 *
 * @param {string} requirements
 */
export const installPythonFor = (requirements) => makePython(requirements)
