import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Child } from './lib/child.mjs'
import { LogFile } from './lib/log-file.mjs'
import { lineSplitter, RepeatFilter } from './lib/log-lines.mjs'
import { waitFor } from './lib/process.mjs'

let logs = ''
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'palate-logs-'))
})
afterEach(() => rmSync(logs, { recursive: true, force: true }))

const policy = { firstSeconds: 0.01, slowestSeconds: 0.05, windowSeconds: 600, budget: 3 }
const waits = ['-e', 'console.log("ready"); setInterval(() => {}, 1000)']

/** A supervised Node process, and what the terminal would show. */
function supervise(args: string[], more: Partial<ConstructorParameters<typeof Child>[1]> = {}) {
  const said: string[] = []
  const program = { title: 'The part', args, env: {}, readyLine: /ready/, ...more }
  const child = new Child('part', program, { logs, policy, say: (sentence) => said.push(sentence) })
  return { child, said }
}

test('a part that is killed ten times in a row comes back each time, and each time the terminal says why', async () => {
  const { child, said } = supervise(waits)
  child.start()
  for (let times = 0; times < 10; times += 1) {
    await waitFor('The part', async () => child.isUp)
    const killed = child.process?.pid
    process.kill(killed ?? 0, 'SIGKILL')
    // Not its end: it may be up again before anybody looks.
    await waitFor('Its successor', async () => child.isUp && child.process?.pid !== killed)
  }
  await child.stop()
  expect(said.filter((sentence) => sentence.includes('was ended by SIGKILL'))).toHaveLength(10)
  expect(said.filter((sentence) => sentence === 'The part works again.')).toHaveLength(10)
})

test('a part that never stays up is tried again for as long as it takes, and said so once', async () => {
  const { child, said } = supervise(['-e', 'throw new Error("no disk")'])
  child.start()
  await waitFor(
    'The deaths',
    async () => readFileSync(child.logFile, 'utf8').split('Error: no disk').length > 8,
  )
  await child.stop()
  expect(said[0]).toBe(
    'The part ended with 1. It is started again in 0.01 s.\n  Its last line: Error: no disk',
  )
  expect(said.filter((sentence) => sentence.includes('until it stays up'))).toHaveLength(1)
  expect(() => child.check()).toThrow('The part does not start.')
})

test('a program that cannot be started is a death like others', async () => {
  const { child, said } = supervise([], { command: join(logs, 'missing') })
  child.start()
  await waitFor('The sentences', async () => said.length > 1)
  await child.stop()
  expect(said[0]).toMatch(/^The part could not be started\. .*\n {2}Its last line: spawn .* ENOENT$/)
})

test('what is stopped is not started again', async () => {
  const { child, said } = supervise(waits)
  child.start()
  await waitFor('The part', async () => child.isUp)
  await child.stop()
  expect([child.process, said]).toEqual([null, []])
})

test('a stop that has ended left no process, even if another holds its output open', async () => {
  const holder = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { detached: true, stdio: 'inherit' })`
  const { child } = supervise(['-e', `${holder}; ${waits[1]}`])
  child.start()
  await waitFor('The part', async () => child.isUp)
  await child.stop()
  expect([child.process, child.isUp]).toEqual([null, false])
})

const limits = { lineCharacters: 100, fileBytes: 2000, files: 3, repeatsPerMinute: 1000 }

test('a log is rotated by size, and only the newest files are kept', async () => {
  const stream = new PassThrough()
  const log = new LogFile(join(logs, 'part.log'), limits)
  log.take(stream)
  for (let line = 0; line < 500; line += 1) stream.write(`line ${line} ${'x'.repeat(500)}\n`)
  stream.end()
  await waitFor('The log', async () => log.recent.at(-1)?.startsWith('line 499') === true)
  log.end()
  expect(readdirSync(logs).sort()).toEqual(['part.log', 'part.log.1', 'part.log.2'])
  for (const name of readdirSync(logs)) expect(statSync(join(logs, name)).size).toBeLessThanOrEqual(2000)
  expect(readFileSync(join(logs, 'part.log'), 'utf8')).toMatch(/line 499 x+ … 409 more characters\n$/)
})

test('a line that never ends is not held in memory', () => {
  const lines: string[] = []
  const splitter = lineSplitter(10, (line) => lines.push(line))
  for (let count = 0; count < 1000; count += 1) splitter.write(Buffer.from('ä'.repeat(50)))
  expect(lines).toEqual([])
  splitter.write(Buffer.from('\nshort'))
  splitter.end()
  expect(lines).toEqual([`${'ä'.repeat(10)} … 49990 more characters`, 'short'])
})

test('a thousand refused requests become a few lines and a number', () => {
  const filter = new RepeatFilter(3)
  const written = Array.from({ length: 1000 }, (_, id) =>
    filter.take(
      `{"time":${id},"request":"${id.toString(16)}f","text":"a sign-in request was refused"}`,
      70_000 + id,
    ),
  ).flat()
  expect(written).toHaveLength(3)
  expect(filter.take('another kind', 71_000)).toEqual(['another kind'])
  expect(filter.take('the next minute', 200_000)).toEqual([
    '997 more lines like this one: {"time":0,"request":"0f","text":"a sign-in request was refused"}',
    'the next minute',
  ])
})
