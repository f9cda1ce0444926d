// Finds source files of more than 300 lines. `node scripts/check-sizes.mjs [folder …]`
import picomatch from 'picomatch'
import { projectFiles, readProjectFile, reportFindings } from './lib/project-files.mjs'

const maxLines = 300
const isSource = picomatch('**/*.{ts,tsx,mjs,mts,cjs,js,py}', { dot: true })

/**
 * @param {string} file
 * @param {string} content
 * @returns {string[]} a line when the file is too long
 */
export function findOversize(file, content) {
  if (!isSource(file)) return []
  const lines = content.replace(/\n$/, '').split('\n').length
  return lines > maxLines ? [`${file}: ${lines} lines; split it, ${maxLines} is the limit`] : []
}

/** @param {string[]} folders */
export const findOversizeFiles = (folders = []) =>
  projectFiles(folders).flatMap((file) => (isSource(file) ? findOversize(file, readProjectFile(file)) : []))

if (process.argv[1] === import.meta.filename) reportFindings(findOversizeFiles(process.argv.slice(2)))
