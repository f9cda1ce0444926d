// What a fresh machine needs, installed once and kept by content. Only Node's built-ins here.
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Stop } from './console.mjs'
import { cacheFolder, contentHash, root, trainer } from './paths.mjs'
import { run, sleep } from './process.mjs'

const execute = promisify(execFile)

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Stop(
    `Palate needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and start again.`,
  )
}

/** npm packages, by the lock file's hash. */
export async function installPackages() {
  const stamp = join(root, 'node_modules/.palate-stamp')
  const hash = contentHash([join(root, 'package-lock.json')], process.versions.node)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'already there'
  if (existsSync(join(root, 'node_modules/.package-lock.json')) && process.env.PALATE_KEEP_NODE_MODULES)
    return 'kept as it is'
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root })
  writeFileSync(stamp, hash)
  return ''
}

async function findPython() {
  const wanted = process.env.PALATE_SYSTEM_PYTHON
    ? [process.env.PALATE_SYSTEM_PYTHON]
    : ['python3', 'python3.13', 'python3.12', 'python3.11']
  for (const command of wanted) {
    const found = await execute(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).catch(
      () => null,
    )
    const [major, minor] = (found?.stdout ?? '').trim().split('.').map(Number)
    if (major === 3 && minor >= 11) return { command, version: `${major}.${minor}` }
  }
  throw new Stop(
    'Palate needs Python 3.11 or newer and found none. Install it (Debian: apt install python3 python3-venv) and start again.',
  )
}

/** @returns the process that holds the lock; 0 when it was just given back */
function readLock(lock) {
  try {
    return Number(readFileSync(lock, 'utf8').trim() || 0)
  } catch {
    return 0
  }
}

/** Two checkouts may set up at once: the second waits for the first. */
async function withLock(folder, work) {
  mkdirSync(join(folder, '..'), { recursive: true })
  const lock = `${folder}.lock`
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const owner = readLock(lock)
      if (owner && !alive(owner)) rmSync(lock, { force: true })
      else await sleep(500)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const torchIndex = () =>
  process.env.PALATE_TORCH_INDEX ? ['--extra-index-url', process.env.PALATE_TORCH_INDEX] : []

const pipInstall = (python, requirements) =>
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-compile', ...torchIndex(), '-r', requirements], {
    cwd: dirname(requirements),
  })

/**
 * A Python environment, keyed by the hash of its pinned requirements and kept outside the checkout. `more` may add to
 * it under the same lock and says whether it did.
 */
async function makePython(requirements, more = async () => false) {
  const { command, version } = await findPython()
  const folder = join(cacheFolder, 'python', contentHash([requirements], version))
  const python = join(folder, 'bin/python')
  const note = await withLock(folder, async () => {
    let made = false
    if (!existsSync(join(folder, '.complete'))) {
      rmSync(folder, { recursive: true, force: true })
      await run(command, ['-m', 'venv', folder]).catch((error) => {
        throw new Stop(
          `Python could not make an environment. On Debian install python3-venv. (${error.message.split('\n')[0]})`,
        )
      })
      await pipInstall(python, requirements)
      writeFileSync(join(folder, '.complete'), '')
      made = true
    }
    return (await more(folder, python)) || made ? '' : 'already there'
  })
  return { python, note }
}

/** The trainer's Python environment. `PALATE_TORCH_INDEX` names a package index to prefer for PyTorch (a CPU build, a CUDA version). */
export async function installPython({ dev = false } = {}) {
  const devRequirements = join(trainer, 'requirements-dev.txt')
  return makePython(join(trainer, 'requirements.txt'), async (folder, python) => {
    const devStamp = join(folder, `.dev-${contentHash([devRequirements])}`)
    if (!dev || existsSync(devStamp)) return false
    await pipInstall(python, devRequirements)
    writeFileSync(devStamp, '')
    return true
  })
}

/** The Python environment of what a bench compares with, apart from the trainer's. */
export const installPythonFor = (requirements) => makePython(requirements)

/**
 * The web app's production build, by the content of everything that it is built from. Each lies in a folder of its
 * own, so that a newer build never pulls the files from under a server that still runs an older one. The folder lies as deep
 * as `.next` does: from there a build finds the files of the packages (`import.meta.url`).
 * @returns the folder, relative to apps/web
 */
export async function buildWeb() {
  const web = join(root, 'apps/web')
  const parts = [web, join(root, 'packages'), join(root, 'package-lock.json')]
  const name = contentHash(parts, process.versions.node)
  const dist = `.build-${name}`
  const folder = join(web, dist)
  if (existsSync(folder)) return { dist, note: 'already built' }
  return withLock(join(web, '.build-next'), async () => {
    if (existsSync(folder)) return { dist, note: 'already built' }
    await run(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: web,
      env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    })
    const copy = `${folder}.${process.pid}`
    cpSync(join(web, '.next'), copy, {
      recursive: true,
      filter: (path) => !/[\\/]\.next[\\/](cache|dev)$/.test(path),
    })
    renameSync(copy, folder)
    pruneBuilds(web)
    return { dist, note: '' }
  })
}

/** The three newest builds stay: an older server may still read its own. */
function pruneBuilds(folder) {
  const builds = readdirSync(folder)
    .filter((name) => /^\.build-[0-9a-f]{16}$/.test(name))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
  for (const { path } of builds.slice(3)) rmSync(path, { recursive: true, force: true })
}

/**
 * A Redis for the tests: one that is installed, else Debian's package, unpacked into the cache without installing it.
 * @returns its program and the libraries that it needs, or null where none can be had
 */
export async function findRedis() {
  const named = [process.env.PALATE_REDIS_SERVER, '/usr/bin/redis-server', '/usr/local/bin/redis-server']
  const installed = named.find((path) => path && existsSync(path))
  if (installed) return { program: installed, libraries: '' }
  const folder = join(cacheFolder, 'redis')
  const program = join(folder, 'usr/bin/redis-server')
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch
  const libraries = join(folder, `usr/lib/${machine}-linux-gnu`)
  try {
    await withLock(folder, async () => {
      if (existsSync(program)) return
      const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']
      const unpacked = `${folder}.${process.pid}`
      mkdirSync(unpacked, { recursive: true })
      const download = () => run('apt-get', ['download', ...packages], { cwd: unpacked })
      await download().catch(async () => {
        await run('apt-get', ['update', '-q'])
        await download()
      })
      for (const file of readdirSync(unpacked).filter((name) => name.endsWith('.deb')))
        await run('dpkg-deb', ['-x', file, '.'], { cwd: unpacked })
      renameSync(unpacked, folder)
    })
    return { program, libraries }
  } catch {
    return null
  }
}

/** A Chromium for the browser tests: one that is installed, else Playwright's own, else Debian's. */
export async function findChromium() {
  const named = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  if (process.env.PALATE_CHROMIUM) named.unshift(process.env.PALATE_CHROMIUM)
  const installed = () => named.find((path) => existsSync(path))
  const own = async () => {
    const { chromium } = await import('@playwright/test')
    return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined
  }
  const found = installed() ?? (await own())
  if (found) return found
  await run('npx', ['playwright', 'install', 'chromium'], { cwd: root, timeoutMs: 120_000 }).catch(
    () => undefined,
  )
  if (await own()) return own()
  await run('apt-get', ['update', '-q']).catch(() => undefined)
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  }).catch(() => undefined)
  const system = installed()
  if (system) return system
  throw new Stop(
    'No Chromium could be found or installed for the browser tests. Install the package chromium, or set PALATE_CHROMIUM to its path.',
  )
}
