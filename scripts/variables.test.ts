import { expect, it } from 'vitest'
import variables from '../packages/config/variables.json' with { type: 'json' }
import { projectFiles, readProjectFile } from './lib/project-files.mjs'

const code = /\.(ts|tsx|mjs|cjs|py|sh|service|Dockerfile)$|^docker\/palate-agent$/
/** Set by the system, by other programs, or read by libraries and their tools. */
const foreign = /^(PALATE_(NODE|MADE_UP)|S3_BUCKET_NAME)$/

const sources = projectFiles()
  .filter((file) => code.test(file) && file !== 'scripts/variables.test.ts')
  .map(readProjectFile)
  .join('\n')

it('has every environment variable that the code names', () => {
  const named = sources.match(/\b(PALATE|HUB|S3|NEXTAUTH)_[A-Z0-9_]*[A-Z0-9]\b(?=['"`\s:,.=}\]])/g) ?? []
  const missing = [...new Set(named)].filter((name) => !(name in variables) && !foreign.test(name))
  expect(missing.sort()).toEqual([])
})

it('has no environment variable that the code does not name', () => {
  expect(Object.keys(variables).filter((name) => !sources.includes(name))).toEqual([])
})
