import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeHome, spawnAgent, temporaryHome, until } from './testing/agent'
import { TestHub } from './testing/test-hub'

let hub: TestHub
let home: string
let umask: number
beforeEach(async () => {
  umask = process.umask(0)
  hub = await TestHub.start()
  home = await temporaryHome()
})
afterEach(async () => {
  process.umask(umask)
  await hub.stop()
  await removeHome(home)
})

it('keeps all that it writes to itself, whatever the umask is', async () => {
  const agent = spawnAgent(hub.url, home)
  hub.lease('run_1', { steps: 4 })
  await until('the end', () => hub.endOf('run_1'))
  agent.kill('SIGTERM')
  await agent.exited
  const written = await readdir(home, { recursive: true, withFileTypes: true })
  const paths = written.map((entry) => join(entry.parentPath, entry.name))
  expect(paths.map((path) => relative(home, path))).toContain('credential.json')
  const open = []
  for (const path of paths) if ((await stat(path)).mode & 0o077) open.push(relative(home, path))
  expect(open).toEqual([])
})
