// What a fresh machine needs, installed once and kept by content. Only Node's built-ins here.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stop } from './console.mjs'
import { readVariable } from './env.mjs'
import { canWrite, contentHash, root } from './paths.mjs'
import { run } from './process.mjs'

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Stop(
    `Palate needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and start again.`,
  )
}

/** npm packages, by the lock file's hash. @returns a note */
export async function installPackages() {
  const stamp = join(root, 'node_modules/.palate-stamp')
  const hash = contentHash([join(root, 'package-lock.json')], process.versions.node)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'already installed'
  const installed = existsSync(join(root, 'node_modules/.package-lock.json'))
  if (installed && readVariable('PALATE_KEEP_NODE_MODULES')) return 'kept as it is'
  if (!canWrite(join(root, 'node_modules'))) {
    if (installed) return 'kept as they are, as the folder can only be read'
    throw new Stop(
      `The npm packages are not installed, and ${root} can only be read. Start Palate once as the owner of the folder, or use a copy of it.`,
    )
  }
  // All kinds of packages, whatever npm's settings leave out (NODE_ENV=production, omit=dev).
  await run('npm', ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'], { cwd: root })
  writeFileSync(stamp, hash)
  return ''
}
