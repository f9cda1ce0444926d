// What comes before the work of a script, each as a step that a person sees. Only Node's built-ins here.
import { Stop, step } from './console.mjs'
import { installPython } from './python.mjs'
import { checkNode, installPackages } from './setup.mjs'
import { tidyProcessEnvironment } from './tidy-env.mjs'
import { buildWeb } from './web.mjs'

/**
 * A step whose work returns more than its note.
 *
 * @template {{ note: string }} Result
 * @param {string} name
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
async function stepFor(name, work) {
  /** @type {Result | undefined} */
  let result
  await step(name, async () => {
    result = await work()
    return result.note
  })
  if (!result) throw new Stop(`${name}: no result.`)
  return result
}

/** Node is new enough, and the npm packages are installed. */
export async function preparePackages() {
  checkNode()
  tidyProcessEnvironment()
  await step('npm packages', installPackages)
}

/**
 * @param {() => Promise<{ python: string, note: string }>} [install]
 * @param {string} [what] whose environment it is
 * @returns {Promise<string>} the interpreter of an environment: the trainer's, or the one that `install` makes
 */
export async function preparePython(install = installPython, what = 'the trainer') {
  const { python } = await stepFor(`Python environment for ${what}`, () => install())
  return python
}

/** @returns {Promise<string>} the folder of the web app's build, for `startStack` */
export async function prepareWeb() {
  const { dist } = await stepFor('Web app', buildWeb)
  return dist
}
