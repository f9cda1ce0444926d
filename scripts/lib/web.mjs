import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { withLock } from './lock.mjs'
import { canWrite, contentHash, root } from './paths.mjs'
import { run } from './process.mjs'

const web = join(root, 'apps/web')

/**
 * The web app's production build, named by the content of everything that it is built from. Each has a folder of its
 * own, so that a newer build never removes files that an older server still reads. The folder is as deep as `.next`:
 * from there a build finds the files of the packages (`import.meta.url`).
 *
 * @returns {Promise<{ dist: string, note: string }>} the folder, relative to apps/web
 */
export async function buildWeb() {
  const parts = [web, join(root, 'packages'), join(root, 'package-lock.json')]
  const dist = `.build-${contentHash(parts, process.versions.node)}`
  const folder = join(web, dist)
  if (existsSync(folder)) return { dist, note: 'already built' }
  if (!canWrite(web))
    throw new Stop(
      `The web app is not built yet, and ${web} can only be read. Start Palate once as the owner of the folder, or use a copy of it.`,
    )
  return withLock(join(web, '.build-next'), async () => {
    if (existsSync(folder)) return { dist, note: 'already built' }
    await forgetFailure(join(web, '.next/cache'), () =>
      run(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
        cwd: web,
        env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      }),
    )
    const copy = `${folder}.${process.pid}`
    cpSync(join(web, '.next'), copy, {
      recursive: true,
      filter: (path) => !/[\\/]\.next[\\/](cache|dev)$/.test(path),
    })
    renameSync(copy, folder)
    pruneBuilds()
    return { dist, note: '' }
  })
}

/**
 * Turbopack's cache keeps a failure, too: the next build would repeat it when its cause is gone.
 *
 * @param {string} cache
 * @param {() => Promise<unknown>} build
 */
export async function forgetFailure(cache, build) {
  try {
    await build()
  } catch (error) {
    rmSync(cache, { recursive: true, force: true })
    throw error
  }
}

/** The three newest builds stay: an older server may still read its own. */
function pruneBuilds() {
  const builds = readdirSync(web)
    .filter((name) => /^\.build-[0-9a-f]{16}$/.test(name))
    .map((name) => ({ path: join(web, name), time: statSync(join(web, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
  for (const { path } of builds.slice(3)) rmSync(path, { recursive: true, force: true })
}
