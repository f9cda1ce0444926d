import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentFailures, failureCodes, hubFailures, RunFailure, trainerFailures } from '../index'

const root = join(import.meta.dirname, '../../../..')

function readSources(folder: string, ending: RegExp, except: RegExp): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !except.test(file))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
    .join('\n')
}

const find = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code ?? '')

it('lists every code that the trainer raises, and none that it does not', () => {
  const python = readSources('gpu-agent/trainer', /\.py$/, /^(tests|studies)|generated\.py|__pycache__/)
  const raised = find(python, /(?:JobError|fail)\(\s*"(\w+)"/g)
  const explained = find(python, /"code": "(\w+)"/g)
  const preflight = trainerFailures.filter((code) => code.startsWith('preflight_'))
  expect([...new Set([...raised, ...explained, ...preflight])].sort()).toEqual([...trainerFailures].sort())
})

it('lists every code of the agent and the hub, and none that they do not use', () => {
  const agent = readSources('gpu-agent/src', /\.ts$/, /\.test\.ts$|testing|node_modules/)
  const core = readSources('packages/core/src', /\.ts$/, /\.test\.ts$|testing/)
  for (const code of agentFailures) expect(agent).toContain(`'${code}'`)
  for (const code of hubFailures) expect(core).toContain(`'${code}'`)
})

it('reads a code of a newer trainer as unknown, and keeps its sentences', () => {
  const failure = { code: 'too_spicy', message: 'It was too spicy.', remedy: 'Use less.' }
  expect(RunFailure.parse(failure)).toEqual({ ...failure, code: 'unknown' })
  expect(new Set(failureCodes).size).toBe(failureCodes.length)
})
