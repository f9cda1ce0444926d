// The environment as the scripts read it: names and defaults are those of packages/config/variables.json.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** @typedef {keyof typeof import('../../packages/config/variables.json')} VariableName */

/** @type {Record<string, { default?: string }>} */
const variables = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../packages/config/variables.json', import.meta.url)), 'utf8'),
)

/**
 * @param {VariableName} name
 * @returns {string | undefined} what is set, else the default of the table; an empty variable counts as not set
 */
export const readVariable = (name) => process.env[name]?.trim() || variables[name]?.default

/**
 * @param {VariableName} name one with a default
 * @returns {string}
 */
export function requireVariable(name) {
  const value = readVariable(name)
  if (value === undefined) throw new Error(`${name} is not set.`)
  return value
}
