// What comes before the work of a script, each as a step that a person sees. Only Node's built-ins here.
import { step } from './console.mjs'
import { buildWeb, checkNode, installPackages, installPython } from './setup.mjs'

/** A step whose work gives more than its note. @returns all that the work gave */
async function stepFor(name, work) {
  let result
  await step(name, async () => {
    result = await work()
    return result.note
  })
  return result
}

/** Node is new enough, and the npm packages are there. */
export async function preparePackages() {
  checkNode()
  await step('npm packages', installPackages)
}

/** @returns the interpreter of an environment: the trainer's, or the one that `install` makes */
export async function preparePython(install = installPython, what = 'the trainer') {
  const { python } = await stepFor(`Python environment for ${what}`, () => install())
  return python
}

/** @returns the folder of the web app's build, for `startStack` */
export async function prepareWeb() {
  const { dist } = await stepFor('Web app', buildWeb)
  return dist
}
