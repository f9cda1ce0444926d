import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { addressesOf } from './lib/address.mjs'
import { isAlive } from './lib/lock.mjs'
import { root } from './lib/paths.mjs'
import { projectFiles } from './lib/project-files.mjs'
import { forgetFailure } from './lib/web.mjs'

/** What a module imports at once, without its comments. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const found = code.matchAll(/^(?:import|export)\b(?:[^'"]*?\bfrom)?\s*'([^']+)'/gm)
  return [...found].map(([, name = '']) => name)
}

test.each(['start', 'test', 'loop', 'check', 'reset', 'bench', 'chaos'])(
  'npm run %s needs no npm package before it installs them',
  (script) => {
    const files = [join(root, `scripts/${script}.mjs`)]
    for (const file of files)
      for (const name of importsOf(file)) {
        expect(name, file).toMatch(/^(node:|\.)/)
        const path = join(dirname(file), name)
        if (name.startsWith('.') && !files.includes(path)) files.push(path)
      }
    expect(files.length).toBeGreaterThan(script === 'chaos' ? 3 : 4)
  },
)

test('a build that failed leaves no cache that repeats the failure', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'palate-cache-'))
  await expect(forgetFailure(cache, () => Promise.reject(new Error('no module')))).rejects.toThrow(
    'no module',
  )
  expect(existsSync(cache)).toBe(false)
  mkdirSync(cache)
  await forgetFailure(cache, () => Promise.resolve())
  expect(existsSync(cache)).toBe(true)
  rmSync(cache, { recursive: true })
})

test('a process of another user is alive: its lock is not taken away', () => {
  const answer = (code: string) => () => {
    throw Object.assign(new Error(`kill ${code}`), { code })
  }
  const kill = vi.spyOn(process, 'kill')
  expect(kill.mockImplementation(answer('EPERM')) && isAlive(1)).toBe(true)
  expect(kill.mockImplementation(answer('ESRCH')) && isAlive(1)).toBe(false)
  kill.mockRestore()
  expect(isAlive(process.pid)).toBe(true)
})

test.each([
  ['127.0.0.1', 'http://localhost:3000', 'http://127.0.0.1:3000'],
  ['0.0.0.0', 'http://localhost:3000', 'http://127.0.0.1:3000'],
  ['::', 'http://localhost:3000', 'http://[::1]:3000'],
  ['::1', 'http://localhost:3000', 'http://[::1]:3000'],
  ['fd00::2', 'http://[fd00::2]:3000', 'http://[fd00::2]:3000'],
  ['192.168.1.5', 'http://192.168.1.5:3000', 'http://192.168.1.5:3000'],
  ['palate.local', 'http://palate.local:3000', 'http://palate.local:3000'],
])('where the web process is reached that listens on %s', (host, origin, local) => {
  expect(addressesOf(host, 3000)).toEqual({ origin, local })
})

test('the checks see files with names in other scripts, and say where there is no checkout', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palate Küche 料理-'))
  try {
    expect(() => projectFiles([], folder)).toThrow('The checks need Git and a checkout of it')
    execFileSync('git', ['init', '-q', folder])
    writeFileSync(join(folder, 'Crème brûlée 布丁.md'), '')
    expect(projectFiles([], folder)).toEqual(['Crème brûlée 布丁.md'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
