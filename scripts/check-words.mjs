// The project's own words: finds those of words.txt in code, pages and docs. `node scripts/check-words.mjs [folder …]`
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { root } from './lib/paths.mjs'

const text = /\.(ts|tsx|mjs|mts|cjs|py|md|css|yml|yaml|toml|sh)$/
const skipped = /^(scripts\/words\.txt|drizzle\/meta\/|package-lock\.json)/

/**
 * @typedef {{ pattern: RegExp, instead: string, except: string[], only: string[] }} Rule
 * @returns {Rule[]}
 */
function readRules() {
  return readFileSync(join(root, 'scripts/words.txt'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [rule = '', ...parts] = line.split(' | ')
      const [pattern = '', instead = ''] = rule.split(' -> ')
      /** @param {string} name */
      const globs = (name) =>
        parts
          .filter((part) => part.startsWith(`${name}:`))
          .flatMap((part) => part.slice(name.length + 1).split(','))
          .map((glob) => glob.trim())
      return {
        pattern: new RegExp(`\\b(?:${pattern})\\b`, 'i'),
        instead,
        except: globs('except'),
        only: globs('only'),
      }
    })
}

/**
 * `runProof_row` becomes `run Proof row`: each part of a name is a word.
 * @param {string} line
 */
const splitNames = (line) =>
  line
    .replaceAll('viewBox', '')
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .replaceAll('_', ' ')

/** @param {string[]} folders @returns {string[]} one line for each finding */
export function findWords(folders = []) {
  const rules = readRules()
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...folders], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const files = listed.split('\n').filter((file) => text.test(file) && !skipped.test(file))
  return files.flatMap((file) => {
    if (!existsSync(join(root, file))) return []
    /** @param {string} glob */
    const matches = (glob) => matchesGlob(file, glob)
    const active = rules.filter(
      ({ except, only }) => !except.some(matches) && (only.length === 0 || only.some(matches)),
    )
    return [file, ...readFileSync(join(root, file), 'utf8').split('\n')].flatMap((line, number) => {
      const words = splitNames(line)
      return active.flatMap(({ pattern, instead }) => {
        const found = pattern.exec(words)
        return found ? [`${file}:${number}: "${found[0]}"; say ${instead}`] : []
      })
    })
  })
}

if (process.argv[1] === import.meta.filename) {
  const found = findWords(process.argv.slice(2))
  process.stdout.write(`${found.join('\n')}${found.length > 0 ? '\n' : ''}${found.length} findings\n`)
  process.exitCode = found.length > 0 ? 1 : 0
}
