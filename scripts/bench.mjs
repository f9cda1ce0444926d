// `npm run bench <name> [-- options]`: measures one part; prints a table for people and, last, one line of JSON.
import { join } from 'node:path'
import { fail, Stop } from './lib/console.mjs'
import { root, trainer } from './lib/paths.mjs'
import { preparePackages, preparePython, prepareWeb } from './lib/prepare.mjs'
import { run } from './lib/process.mjs'
import { installPythonFor } from './lib/python.mjs'
import { checkNode } from './lib/setup.mjs'
import { findChromium } from './lib/test-programs.mjs'

/** @type {Record<string, { what: string, start: (options: string[]) => Promise<void> }>} */
const benches = {
  train: {
    what: 'TRL (stock, set by hand, with Liger) against the training engine, DPO and SFT, on a GPU where there is one',
    async start(options) {
      const python = await preparePython()
      await run(python, ['-u', 'studies/bench_train.py', ...options], {
        cwd: trainer,
        env: { PYTHONPATH: trainer },
        show: true,
      })
    },
  },
  ingest: {
    what: "points a second from the agent's spool to committed rows, against MLflow's client and server",
    async start(options) {
      await preparePackages()
      const requirements = join(root, 'e2e/bench/mlflow-requirements.txt')
      const python = await preparePython(() => installPythonFor(requirements), 'MLflow')
      await runTypeScript('e2e/bench/ingest.ts', ['--python', python, ...options])
    },
  },
  dispatch: {
    what: 'how long one of a thousand agents waits for its lease, with one hub and with two',
    async start(options) {
      await preparePackages()
      await runTypeScript('e2e/bench/dispatch.ts', options)
    },
  },
  walls: {
    what: 'what row-level security costs the procedures behind the pages',
    async start(options) {
      await preparePackages()
      await runTypeScript('e2e/bench/walls.ts', options)
    },
  },
  web: {
    what: 'each kind of page of a full workspace in Chromium: server time, JavaScript, largest paint, interaction',
    async start(options) {
      await preparePackages()
      const dist = await prepareWeb()
      process.env.PALATE_CHROMIUM = await findChromium()
      await runTypeScript('e2e/bench/web.ts', ['--dist', dist, ...options])
    },
  },
  abuse: {
    what: 'floods against a running stack: health, memory, what is refused, and whether a person can go on working',
    async start(options) {
      await preparePackages()
      await runTypeScript('e2e/bench/abuse.ts', ['--dist', await prepareWeb(), ...options])
    },
  },
}

/** @param {string} entry @param {string[]} options */
async function runTypeScript(entry, options) {
  await run(process.execPath, ['--import', 'tsx', '--conditions=node', join(root, entry), ...options], {
    cwd: root,
    show: true,
  })
}

const [name, ...options] = process.argv.slice(2)
if (!name) {
  process.stdout.write('npm run bench <name> [-- options]\n\n')
  for (const [key, { what }] of Object.entries(benches)) process.stdout.write(`  ${key.padEnd(8)} ${what}\n`)
} else {
  try {
    const bench = benches[name]
    if (!bench)
      throw new Stop(
        `There is no benchmark named ${name}. Choose one of: ${Object.keys(benches).join(', ')}.`,
      )
    checkNode()
    await bench.start(options)
  } catch (error) {
    fail(error)
  }
}
