import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startChild } from './child'

it('keeps the output of a child that exited before it was read', async () => {
  const script = 'console.log("begun"); console.log("ended")'
  const child = await startChild({ command: process.execPath, args: ['-e', script], cwd: '/', env: {} })
  await child.exited
  await sleep(2500)
  const seen: string[] = []
  for await (const line of child.lines) seen.push(line)
  expect(seen).toEqual(['begun', 'ended'])
})

it('reads all output of a child, also when the reader waits long after its exit', async () => {
  const script = 'console.log(Array.from({ length: 3000 }, (_, n) => "line " + n).join("\\n"))'
  const child = await startChild({ command: process.execPath, args: ['-e', script], cwd: '/', env: {} })
  const seen: string[] = []
  for await (const line of child.lines) {
    seen.push(line)
    if (seen.length === 1) await sleep(2500)
    if (seen.length === 2000) await sleep(2500)
  }
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(seen).toHaveLength(3000)
  expect(seen.at(-1)).toBe('line 2999')
})
