// `npm run study <name> [-- options]`: answers a question about Palate by an experiment; the last line is JSON.
import { join } from 'node:path'
import { fail, Stop } from './lib/console.mjs'
import { root, trainer } from './lib/paths.mjs'
import { preparePython } from './lib/prepare.mjs'
import { run } from './lib/process.mjs'
import { checkNode } from './lib/setup.mjs'
import { runOnTemporaryStack } from './lib/temporary-stack.mjs'

/** @type {Record<string, { what: string, start: (options: string[]) => Promise<void> }>} */
const studies = {
  teaches: {
    what: 'whether votes teach: the loop from a model to the evaluation, with several seeds (--seeds 1,2,3; --model smollm2)',
    start: (options) => runOnTemporaryStack('Do votes teach?', 'e2e/study/teaches.ts', options),
  },
  adapter: {
    what: 'trains the recipe adapter of SmolLM2 again, and writes it into gpu-agent/trainer/starter/adapter',
    async start(options) {
      const python = await preparePython()
      const ontology = join(root, 'packages/recipe/data/ontology.json')
      await run(python, ['-u', 'studies/train_adapter.py', ontology, ...options], {
        cwd: trainer,
        env: { PYTHONPATH: trainer },
        show: true,
      })
    },
  },
}

const [name, ...options] = process.argv.slice(2)
if (!name) {
  process.stdout.write('npm run study <name> [-- options]\n\n')
  for (const [key, { what }] of Object.entries(studies)) process.stdout.write(`  ${key.padEnd(8)} ${what}\n`)
} else {
  try {
    const study = studies[name]
    if (!study)
      throw new Stop(`There is no study named ${name}. Choose one of: ${Object.keys(studies).join(', ')}.`)
    checkNode()
    await study.start(options)
  } catch (error) {
    fail(error)
  }
}
