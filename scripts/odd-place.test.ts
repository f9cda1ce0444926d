import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cacheFolder, root } from './lib/paths.mjs'

/** What a shell may hold that was meant for other programs, and a proxy that does not answer. */
const foreign = {
  ...{ PGHOST: 'nowhere.example', PGSSLMODE: 'require', PGOPTIONS: '-c search_path=nowhere' },
  ...{ PYTHONPATH: '/nowhere', PIP_USER: '1', NODE_ENV: 'production', npm_config_ignore_scripts: 'true' },
  ...{ HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' },
  ...{ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TERM: 'dumb', CI: '1' },
}

/** The files of the checkout, with its packages and builds but none of its data. */
function copyCheckout(target: string): void {
  mkdirSync(target, { recursive: true })
  const skipped = new Set(['.git', '.palate', '.turbo'])
  for (const name of readdirSync(root).filter((one) => !skipped.has(one)))
    execFileSync('cp', ['-a', join(root, name), target])
}

test.runIf(process.env.PALATE_NIGHTLY)(
  'the whole loop in a folder with spaces and letters of other scripts, under a strict umask, in a foreign shell',
  async () => {
    const place = mkdtempSync(join(tmpdir(), 'palate Zoë’s Küche 料理-'))
    const checkout = join(place, 'palate app')
    const [home, temporary] = ['a home', 'tmp ö'].map((name) => join(place, name)) as [string, string]
    for (const folder of [home, temporary]) mkdirSync(folder)
    try {
      copyCheckout(checkout)
      const loop = spawn('sh', ['-c', 'umask 077; exec node scripts/loop.mjs --quick'], {
        cwd: checkout,
        env: {
          ...{ PATH: process.env.PATH, HOME: home, TMPDIR: temporary, ...foreign },
          // Nothing can be fetched through that proxy: packages and Python are those of this checkout.
          ...{ PALATE_CACHE: cacheFolder, PALATE_KEEP_NODE_MODULES: 'yes' },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [loop.stdout, loop.stderr])
        stream.on('data', (chunk) => {
          output += chunk
        })
      const [code] = await once(loop, 'exit')
      expect(code, output).toBe(0)
      expect(output).toMatch(/release and chat .* characters streamed/)
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  },
  40 * 60_000,
)
