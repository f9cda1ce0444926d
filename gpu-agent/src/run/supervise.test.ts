import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainerEvent } from '@palate/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../agent'
import { isAlive, letGo, removeHome, startAgent, temporaryHome, trainerPids, until } from '../testing/agent'
import { TestHub } from '../testing/test-hub'

let hub: TestHub
let home: string
let agent: Agent
beforeEach(async () => {
  hub = await TestHub.start()
  home = await temporaryHome()
  agent = await startAgent(hub.url, home)
})
afterEach(async () => {
  await agent.stop()
  await hub.stop()
  await removeHome(home)
})

const ended = (runId: string) => until(`the end of ${runId}`, () => hub.endOf(runId))
const eventsOf = (runId: string): TrainerEvent[] =>
  hub.attemptsOf(runId).flatMap(({ events }) => events.map(({ event }) => event))
const isGone = (runId: string) =>
  until('the run folder to be gone', () => !existsSync(join(home, 'runs', runId)))

describe('an attempt', () => {
  it('trains, uploads, ends, and leaves no files', async () => {
    hub.lease('run_a', { steps: 12 }, { 'ontology.json': '{"version":1}' })
    expect(await ended('run_a')).toMatchObject({ status: 'finished' })
    const events = eventsOf('run_a')
    expect(events.filter(({ type }) => type === 'metric')).toHaveLength(12)
    expect(events.at(-2)).toMatchObject({ type: 'artifact', path: 'output/model.txt' })
    expect(hub.attemptsOf('run_a')[0]?.artifacts.get('output/model.txt')?.toString()).toBe(
      'trained for 12 steps',
    )
    await isGone('run_a')
  })

  it('gets its inputs by name and an environment without secrets', async () => {
    hub.lease(
      'run_env',
      { behavior: 'environment' },
      { 'model/config.json': '{}', 'model/w.bin': 'w', 'pairs.jsonl': '' },
    )
    await ended('run_env')
    const [environment, inputs] = eventsOf('run_env').flatMap((event) =>
      event.type === 'log' ? [event.text] : [],
    )
    expect(JSON.parse(inputs ?? '')).toEqual({ model: 'inputs/model', pairs: 'inputs/pairs.jsonl' })
    expect(JSON.parse(environment ?? '')).toContain('HF_HUB_OFFLINE')
    expect(environment).not.toMatch(/PALATE_(ENROLLMENT|HUB|AGENT)/)
    expect((await stat(join(home, 'credential.json'))).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['crash', 'trainer_crashed', /exit code 3/],
    ['segfault', 'trainer_crashed', /SIGSEGV/],
    ['killed', 'killed', /killed from outside/],
    ['cuda', 'out_of_memory', /The GPU ran out of memory/],
  ])('that ends by %s fails with a reason', async (behavior, code, message) => {
    hub.lease('run_b', { behavior })
    expect(await ended('run_b')).toMatchObject({
      status: 'failed',
      error: { code, message: expect.stringMatching(message) },
    })
    if (behavior === 'crash')
      expect(eventsOf('run_b').some((event) => event.type === 'log' && /a last word/.test(event.text))).toBe(
        true,
      )
    if (behavior !== 'killed') return void (await isGone('run_b'))
    // A failure of the machine: the run will resume, so its checkpoints stay.
    await until(
      'the attempt to be gone',
      async () => (await readdir(join(home, 'runs/run_b/attempts'))).length === 0,
    )
    expect(existsSync(join(home, 'runs/run_b/work'))).toBe(true)
  })

  it('that prints nothing for too long is ended, and fails with that reason', async () => {
    await agent.stop()
    agent = await startAgent(hub.url, home, { silenceMs: 3000 })
    hub.lease('run_b', { behavior: 'hang' })
    expect(await ended('run_b')).toMatchObject({
      status: 'failed',
      error: { code: 'trainer_silent', message: expect.stringMatching(/nothing for 3 s/) },
    })
    await isGone('run_b')
  })

  it('has no secrets in its log', async () => {
    const { token } = hub.lease('run_s', { behavior: 'crash', word: 'lease-token.att_s_1' })
    await ended('run_s')
    const logs = eventsOf('run_s').flatMap((event) => (event.type === 'log' ? [event.text] : []))
    expect(logs).toEqual(['asks with Bearer [secret] and [secret]', 'a last word of the library, [secret]'])
    expect(token).toBe('lease-token.att_s_1')
  })

  it('that probes the machine also gets figures of the connection to the hub', async () => {
    hub.lease('run_pr', { behavior: 'probe' })
    await ended('run_pr')
    const probe = eventsOf('run_pr').find(({ type }) => type === 'probe')
    expect(probe).toMatchObject({ flopsPerSecond: 1e11, hubRoundTripMs: expect.any(Number) })
    expect(probe?.type === 'probe' && probe.hubBytesPerSecond).toBeGreaterThan(1e5)
    expect(probe?.type === 'probe' && probe.hubRoundTripMs).toBeGreaterThan(0)
  })

  it('takes only the first run-end', async () => {
    hub.lease('run_r', { behavior: 'repeat' })
    expect(await ended('run_r')).toMatchObject({ status: 'finished' })
    await isGone('run_r')
    const types = eventsOf('run_r').map(({ type }) => type)
    expect(types).toEqual(['progress', 'metric', 'run-end'])
  })

  it('keeps lines that it cannot parse as log lines', async () => {
    hub.lease('run_g', { behavior: 'garbage' })
    expect(await ended('run_g')).toMatchObject({ status: 'finished', results: { loss: 0.5 } })
    const logs = eventsOf('run_g').flatMap((event) => (event.type === 'log' ? [event.text] : []))
    expect(logs[0]).toBe('Downloading shards: 100%')
    expect(logs.some((text) => text.includes('from-the-future'))).toBe(true)
    expect(Math.max(...logs.map((text) => text.length))).toBeLessThan(17_000)
    expect(eventsOf('run_g').some((event) => event.type === 'metric' && event.position === 7)).toBe(true)
  })

  it('does not wait for a trainer that keeps running after its run-end', async () => {
    hub.lease('run_l', { behavior: 'linger' })
    expect(await ended('run_l')).toMatchObject({ status: 'finished' })
    await isGone('run_l')
  })

  it('ends grandchildren too', async () => {
    hub.lease('run_gc', { behavior: 'grandchild' })
    const file = join(home, 'runs/run_gc/work/grandchild')
    const pid = Number(await until('the grandchild', () => readFile(file, 'utf8').catch(() => '')))
    await letGo(home, 'run_gc', 1)
    expect(await ended('run_gc')).toMatchObject({ status: 'finished' })
    await until('the grandchild to be gone', () => !isAlive(pid))
  })

  it('is canceled with a checkpoint', async () => {
    hub.lease('run_c', { steps: 10_000, stepSeconds: 0.05, checkpointEvery: 1000 })
    const first = () => eventsOf('run_c').some(({ type }) => type === 'metric')
    await until('the first metric', first)
    const attempt = hub.attemptsOf('run_c')[0]
    hub.push('cancel', { runId: 'run_c', attemptId: attempt?.lease.attemptId })
    expect(await ended('run_c')).toMatchObject({ status: 'canceled' })
    expect(eventsOf('run_c').some(({ type }) => type === 'checkpoint')).toBe(true)
  })

  it('is canceled by the reply to a renewal, even when the trainer ignores SIGTERM', async () => {
    await agent.stop()
    agent = await startAgent(hub.url, home, { cancelGraceMs: 500 })
    hub.lease('run_s', { behavior: 'stubborn' })
    await until('the first metric', () => eventsOf('run_s').some(({ type }) => type === 'metric'))
    const attempt = hub.attemptsOf('run_s')[0]
    const { alive } = await trainerPids(home, 'run_s')
    expect(alive).toHaveLength(1)
    if (attempt) attempt.cancel = true
    expect(await ended('run_s')).toMatchObject({ status: 'canceled', error: null })
    await until('the trainer to be gone', () => !isAlive(alive[0] ?? 0))
  })

  it('ends at once when the lease is lost, and sends nothing more', async () => {
    hub.lease('run_x', { steps: 10_000, stepSeconds: 0.05 })
    await until('the first metric', () => eventsOf('run_x').some(({ type }) => type === 'metric'))
    const attempt = hub.attemptsOf('run_x')[0]
    const { alive } = await trainerPids(home, 'run_x')
    if (attempt) attempt.lost = true
    await until('the trainer to be gone', () => !isAlive(alive[0] ?? 0))
    const attempts = join(home, 'runs/run_x/attempts')
    await until('the attempt to be forgotten', async () => (await readdir(attempts)).length === 0)
    expect(hub.endOf('run_x')).toBeNull()
  })

  it.each(['../secret.txt', '/etc/hostname', 'output/../../secret.txt', 'output/./x', ''])(
    'refuses to upload %j',
    async (path) => {
      hub.lease('run_p', { behavior: 'escape', path })
      expect(await ended('run_p')).toMatchObject({ status: 'failed', error: { code: 'path_escape' } })
      expect([...(hub.attemptsOf('run_p')[0]?.artifacts.keys() ?? [])]).toEqual(['output/good.txt'])
    },
  )

  it.each(['../outside.txt', 'a/../../outside.txt', '/tmp/outside.txt', 'a\\..\\b'])(
    'refuses an input named %j',
    async (name) => {
      hub.lease('run_i', { steps: 1 }, { [name]: 'x' })
      expect(await ended('run_i')).toMatchObject({ status: 'failed', error: { code: 'path_escape' } })
      expect(existsSync(join(home, 'runs/run_i/outside.txt'))).toBe(false)
    },
  )

  it('uploads despite errors of the hub', async () => {
    hub.httpFailures = 2
    hub.lease('run_u', { steps: 1 })
    expect(await ended('run_u')).toMatchObject({ status: 'finished' })
    expect(hub.attemptsOf('run_u')[0]?.artifacts.size).toBe(1)
  })

  it('executes runs one after another', async () => {
    hub.lease('run_1', { steps: 20, stepSeconds: 0.02 })
    hub.lease('run_2', { steps: 2 })
    await ended('run_2')
    const last = hub.attemptsOf('run_1')[0]?.events.at(-1)
    expect(last?.event.type).toBe('run-end')
    expect(last?.at).toBeLessThanOrEqual(hub.attemptsOf('run_2')[0]?.events[0]?.at ?? 0)
  })
})
