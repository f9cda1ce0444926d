// Finds the words of words.txt in code, pages and docs. `node scripts/check-words.mjs [folder …]`
import picomatch from 'picomatch'
import { projectFiles, readProjectFile, reportFindings } from './lib/project-files.mjs'

const textFile = /\.(ts|tsx|mjs|mts|cjs|py|md|css|yml|yaml|toml|sh)$/
/** The list and its test hold every word; the others are generated, or a vocabulary. */
const isExempt = picomatch([
  'scripts/words.txt',
  'scripts/check-words.test.ts',
  'drizzle/meta/**',
  'package-lock.json',
  'gpu-agent/trainer/starter/cooking_words.py',
])

/**
 * `applies` says whether the rule holds for a file.
 *
 * @typedef {{ pattern: RegExp, instead: string, applies: (file: string) => boolean }} WordRule
 */

/**
 * Reads the list: `pattern -> instead [| except: globs] [| only: globs]`, one rule a line.
 *
 * @param {string} text
 * @returns {WordRule[]}
 * @throws {Error} naming the line that is no rule
 */
export function parseWordRules(text) {
  return text.split('\n').flatMap((line, index) => {
    if (!line.trim() || line.startsWith('#')) return []
    const [rule = '', ...options] = line.split(' | ')
    const [pattern, instead, ...rest] = rule.split(' -> ')
    if (
      !pattern ||
      !instead ||
      rest.length > 0 ||
      options.some((option) => !/^(except|only): \S/.test(option))
    )
      throw new Error(`words.txt:${index + 1} is no rule: ${line}`)
    const except = globsOf(options, 'except')
    const only = globsOf(options, 'only')
    return {
      pattern: new RegExp(`\\b(?:${pattern})\\b`, 'i'),
      instead,
      applies: (/** @type {string} */ file) => !except?.(file) && (only?.(file) ?? true),
    }
  })
}

/**
 * @param {string[]} options
 * @param {'except' | 'only'} name
 */
function globsOf(options, name) {
  const globs = options
    .filter((option) => option.startsWith(`${name}:`))
    .flatMap((option) => option.slice(name.length + 1).split(','))
  return globs.length > 0
    ? picomatch(
        globs.map((glob) => glob.trim()),
        { dot: true },
      )
    : undefined
}

/** Names of SVG and of libraries. */
const foreignNames = /viewBox|\.initiali[s]e\(/g

/**
 * `runNumber_row` becomes `run Number row`: each part of a name is a word.
 *
 * @param {string} line
 */
const splitNames = (line) =>
  line
    .replace(foreignNames, '')
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .replaceAll('_', ' ')

/**
 * Looks through a file's name and its lines.
 *
 * @param {WordRule[]} rules
 * @param {string} file
 * @param {string} content
 * @returns {string[]} one line for each finding
 */
export function findWordsIn(rules, file, content) {
  const active = rules.filter(({ applies }) => applies(file))
  return [file, ...content.split('\n')].flatMap((line, number) => {
    const words = splitNames(line)
    return active.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(words)
      return found ? [`${file}:${number}: "${found[0]}"; say ${instead}`] : []
    })
  })
}

/**
 * @param {string[]} folders
 * @returns {string[]} one line for each finding
 */
export function findWords(folders = []) {
  const rules = parseWordRules(readProjectFile('scripts/words.txt'))
  return projectFiles(folders)
    .filter((file) => textFile.test(file) && !isExempt(file))
    .flatMap((file) => findWordsIn(rules, file, readProjectFile(file)))
}

if (process.argv[1] === import.meta.filename) reportFindings(findWords(process.argv.slice(2)))
