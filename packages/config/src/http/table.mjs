import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * The table of limits, for code that runs in Node without a build, as `server.mjs` of the web app does.
 *
 * @type {typeof import('../limits').limits}
 */
export const limits = require('../../limits.json')

/**
 * Whose X-Forwarded-For is believed.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function readTrustedProxies(env) {
  const { HUB_TRUSTED_PROXIES: variable } = require('../../variables.json')
  const list = env.HUB_TRUSTED_PROXIES ?? variable.default
  return list.split(',').map((/** @type {string} */ address) => address.trim())
}
