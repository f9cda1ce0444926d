// Programs that only tests need: found where they are installed, else fetched.
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { readVariable } from './env.mjs'
import { withLock } from './lock.mjs'
import { cacheFolder, root } from './paths.mjs'
import { run } from './process.mjs'

/** @type {Partial<Record<NodeJS.Architecture, string>>} Debian's names of architectures */
const debianNames = { x64: 'x86_64', arm64: 'aarch64' }

/**
 * A Redis for the tests: one that is installed, else Debian's package, unpacked into the cache without installing it.
 *
 * @returns {Promise<{ program: string, libraries: string } | null>} its program and the folder of the libraries that
 * it needs, or null where none is available
 */
export async function findRedis() {
  const named = [readVariable('PALATE_REDIS_SERVER'), '/usr/bin/redis-server', '/usr/local/bin/redis-server']
  const installed = named.find((path) => path && existsSync(path))
  if (installed) return { program: installed, libraries: '' }
  const folder = join(cacheFolder, 'redis')
  const program = join(folder, 'usr/bin/redis-server')
  const machine = debianNames[process.arch] ?? process.arch
  try {
    await withLock(folder, async () => {
      if (!existsSync(program)) await unpackRedis(folder)
    })
    return { program, libraries: join(folder, `usr/lib/${machine}-linux-gnu`) }
  } catch {
    return null
  }
}

/** @param {string} folder */
async function unpackRedis(folder) {
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
}

/** @returns {Promise<string>} a Chromium for the browser tests: one that is installed, else Playwright's, else Debian's */
export async function findChromium() {
  const found = installedChromium() ?? (await playwrightChromium())
  if (found) return found
  await run('npx', ['playwright', 'install', 'chromium'], { cwd: root, timeoutMs: 120_000 }).catch(
    () => undefined,
  )
  const own = await playwrightChromium()
  if (own) return own
  await run('apt-get', ['update', '-q']).catch(() => undefined)
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  }).catch(() => undefined)
  const system = installedChromium()
  if (system) return system
  throw new Stop(
    'No Chromium could be found or installed for the browser tests. Install the package chromium, or set PALATE_CHROMIUM to its path.',
  )
}

function installedChromium() {
  const named = [
    readVariable('PALATE_CHROMIUM'),
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]
  return named.find((path) => path && existsSync(path))
}

async function playwrightChromium() {
  const { chromium } = await import('@playwright/test')
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined
}
