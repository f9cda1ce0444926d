// `npm run bench <name> [-- options]`: measure one part and print a table for people and, last, one line of JSON.
import { fail, Stop, step } from './lib/console.mjs'
import { trainer } from './lib/places.mjs'
import { run } from './lib/process.mjs'
import { checkNode, installPython } from './lib/setup.mjs'

const benches = {
  train: {
    what: 'stock TRL against the training engine, DPO and SFT, on a GPU where there is one',
    script: 'studies/bench_train.py',
  },
}

const [name, ...options] = process.argv.slice(2)
if (!name) {
  process.stdout.write('npm run bench <name> [-- options]\n\n')
  for (const [key, { what }] of Object.entries(benches)) process.stdout.write(`  ${key.padEnd(8)} ${what}\n`)
} else {
  try {
    const bench = benches[name]
    if (!bench)
      throw new Stop(`There is no bench named ${name}. Use one of ${Object.keys(benches).join(', ')}.`)
    checkNode()
    let python
    await step('Python environment for the trainer', async () => {
      const result = await installPython()
      python = result.python
      return result.note
    })
    await run(python, ['-u', bench.script, ...options], {
      cwd: trainer,
      env: { PYTHONPATH: trainer },
      show: true,
    })
  } catch (error) {
    fail(error)
  }
}
