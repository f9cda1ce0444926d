// Finds dependencies without an exact version, of npm and of pip. `node scripts/check-versions.mjs`
import { basename } from 'node:path'
import { projectFiles, readProjectFile, reportFindings } from './lib/project-files.mjs'

const exactNpm = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/
const exactPip = /^[\w.-]+(\[[\w,.-]+\])?==\d[\w.!+]*(\s*;.*)?$/
const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']

/**
 * @param {string} file
 * @param {string} content
 * @returns {string[]} one line for each dependency whose version may float
 */
export function findFloatingVersions(file, content) {
  const name = basename(file)
  if (name === 'package.json') return floatingNpm(file, JSON.parse(content))
  if (/requirements[\w-]*\.txt$/.test(name)) return floatingPip(file, content)
  return []
}

/**
 * @param {string} file
 * @param {Record<string, unknown>} manifest
 */
function floatingNpm(file, manifest) {
  return fields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => typeof version !== 'string' || !exactNpm.test(version))
      .map(([name, version]) => `${file}: ${field} has ${name} "${version}"; name one version`),
  )
}

/**
 * @param {string} file
 * @param {string} content
 */
function floatingPip(file, content) {
  return content
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line && !line.startsWith('-') && !exactPip.test(line))
    .map((line) => `${file}: "${line}"; write name==version`)
}

export const findAllFloatingVersions = () =>
  projectFiles(['*package.json', '*requirements*.txt']).flatMap((file) =>
    findFloatingVersions(file, readProjectFile(file)),
  )

if (process.argv[1] === import.meta.filename) reportFindings(findAllFloatingVersions())
