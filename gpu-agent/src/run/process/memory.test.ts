import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crashFailure } from '../failure'
import { countOomKills, isOutOfMemory } from './memory'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'palate-memory-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function file(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

describe('the kernel’s counters', () => {
  it('are read from the machine and from control groups v2', async () => {
    await file('proc/vmstat', 'nr_free_pages 12\noom_kill 3\n')
    await file('proc/self/cgroup', '0::/system.slice/palate-agent.service\n')
    await file(
      'sys/fs/cgroup/system.slice/palate-agent.service/memory.events',
      'low 0\nhigh 4\nmax 9\noom 2\noom_kill 2\noom_group_kill 0\n',
    )
    expect(await countOomKills(root)).toBe(5)
  })

  it('are read from control groups v1, and are null without any', async () => {
    expect(await countOomKills(root)).toBeNull()
    await file('proc/self/cgroup', '4:memory:/agent\n3:cpuset:/\n')
    await file(
      'sys/fs/cgroup/memory/agent/memory.oom_control',
      'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
    )
    expect(await countOomKills(root)).toBe(1)
  })

  it('are read on this machine or are null, and never fail', async () => {
    const found = await countOomKills()
    expect(found === null || found >= 0).toBe(true)
  })
})

describe('a trainer that exited', () => {
  const killed = { code: null, signal: 'SIGKILL' } as const
  const seen = { kind: 'dpo', stderr: '', oomKills: 0 } as const

  it('ran out of memory if the kernel counted it, and was killed from outside otherwise', () => {
    expect(crashFailure(killed, { ...seen, oomKills: 1 })).toMatchObject({
      code: 'out_of_memory',
      message: expect.stringContaining('The machine'),
      remedy: expect.stringMatching(/maximum length.*NF4/),
    })
    expect(crashFailure(killed, seen).code).toBe('killed')
    const launcher = { code: 1, signal: null }
    expect(crashFailure(launcher, { ...seen, oomKills: 1 }).code).toBe('out_of_memory')
  })

  it.each([
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has', 'The GPU'],
    [
      "RuntimeError: [enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you",
      'The machine',
    ],
    ["terminate called after throwing an instance of 'std::bad_alloc'", 'The machine'],
    ['Traceback (most recent call last):\nMemoryError', 'The machine'],
  ])('ran out of memory: %s', (stderr, where) => {
    const failure = crashFailure({ code: 1, signal: null }, { ...seen, stderr })
    expect(failure).toMatchObject({ code: 'out_of_memory', message: expect.stringContaining(where) })
  })

  it('did not run out of memory without such a sign', () => {
    expect(isOutOfMemory('ValueError: the memory of the layer is out of range')).toBe(false)
    expect(crashFailure({ code: 0, signal: null }, { ...seen, oomKills: 1 }).code).toBe('trainer_crashed')
  })
})
