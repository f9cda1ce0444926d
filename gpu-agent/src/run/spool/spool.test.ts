import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainerEvent } from '@palate/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Spool } from './spool'

const metric = (step: number): TrainerEvent => ({
  type: 'metric',
  axis: 'step',
  position: step,
  time: step,
  values: { loss: 1 / step },
})
const log = (text: string): TrainerEvent => ({ type: 'log', level: 'info', text })
const end: TrainerEvent = { type: 'run-end', status: 'finished', results: {}, error: null }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palate-spool-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function readAll(spool: Spool) {
  const events = []
  for (let seq = spool.ackedSeq; seq < spool.flushedSeq; ) {
    const batch = await spool.read(seq)
    events.push(...batch)
    seq = batch.at(-1)?.seq ?? Number.POSITIVE_INFINITY
  }
  return events
}

describe('spool', () => {
  it('continues the sequence after it is opened again', async () => {
    const first = await Spool.open(folder)
    expect([first.append(metric(1)), first.append(log('gözleme 🍳\nsecond line'))]).toEqual([1, 2])
    await first.close()
    const second = await Spool.open(folder)
    expect(second.lastSeq).toBe(2)
    expect(second.append(end)).toBe(3)
    await second.flush()
    expect((await readAll(second)).map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect((await second.read(1))[0]?.event).toEqual(log('gözleme 🍳\nsecond line'))
    await second.close()
    expect((await Spool.open(folder)).ended).toBe(true)
  })

  it('handles concurrent acks, and keeps all events beyond them', async () => {
    const spool = await Spool.open(folder, { quotaBytes: 4096 })
    for (let step = 1; step <= 60; step += 1) {
      spool.append(metric(step))
      await spool.flush()
    }
    expect((await readdir(folder)).length).toBeGreaterThan(4)
    await Promise.all([20, 30, 25, 40].map((seq) => spool.ack(seq)))
    expect((await readAll(spool)).map(({ seq }) => seq)).toEqual([...Array(20).keys()].map((at) => 41 + at))
    await spool.close()
  })

  it('is full at its quota until the hub acks, and uses less than its quota plus one segment', async () => {
    const quota = 8192
    const spool = await Spool.open(folder, { quotaBytes: quota })
    const never = new AbortController()
    let step = 0
    const fill = async () => {
      while (!spool.isFull) {
        spool.append(metric(++step))
        await spool.flush()
      }
    }
    for (let round = 0; round < 3; round += 1) {
      await fill()
      let hasRoom = false
      const room = spool.room(never.signal).then(() => {
        hasRoom = true
      })
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(hasRoom).toBe(false)
      await spool.ack(spool.lastSeq)
      await room
      const sizes = await Promise.all(
        (await readdir(folder)).map(async (name) => (await readFile(join(folder, name))).length),
      )
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(quota * 1.5)
    }
    await fill()
    const halt = new AbortController()
    const waiting = spool.room(halt.signal)
    halt.abort()
    await waiting
    await spool.close()
    expect((await Spool.open(folder, { quotaBytes: quota })).isFull).toBe(true)
  })

  it('reads only events that are on disk', async () => {
    const spool = await Spool.open(folder)
    spool.append(metric(1))
    expect(await spool.read(0)).toEqual([])
    await spool.flush()
    expect(await spool.read(0)).toHaveLength(1)
    await spool.close()
  })

  it('survives a truncation at every byte: whole lines remain and the sequence continues from them', async () => {
    const spool = await Spool.open(folder)
    const events = [metric(1), log('crème brûlée 🍮'), metric(2), log('a "quoted" }\\n{ text'), end]
    for (const event of events) spool.append(event)
    await spool.close()
    const [name] = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'))
    const bytes = await readFile(join(folder, name ?? ''))
    for (let size = 0; size <= bytes.length; size += 1) {
      const copy = await mkdtemp(join(tmpdir(), 'palate-cut-'))
      await cp(folder, copy, { recursive: true })
      await truncate(join(copy, name ?? ''), size)
      const whole = bytes.subarray(0, size).filter((byte) => byte === 0x0a).length
      const cut = await Spool.open(copy)
      expect((await readAll(cut)).map(({ event }) => event)).toEqual(events.slice(0, whole))
      expect(cut.ended).toBe(whole === events.length)
      expect(cut.append(log('after'))).toBe(whole + 1)
      await cut.close()
      const again = await readAll(await Spool.open(copy))
      expect(again.map(({ seq }) => seq)).toEqual(Array.from({ length: whole + 1 }, (_, index) => index + 1))
      expect(again.at(-1)?.event).toEqual(log('after'))
      await rm(copy, { recursive: true })
    }
  })

  it('drops the rest after a damaged line', async () => {
    const spool = await Spool.open(folder)
    for (let step = 1; step <= 5; step += 1) spool.append(metric(step))
    await spool.close()
    const path = join(folder, '000000000001.jsonl')
    const lines = (await readFile(path, 'utf8')).split('\n')
    lines[2] = '{"seq":3,"at":'
    await writeFile(path, lines.join('\n'))
    expect((await readAll(await Spool.open(folder))).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('splits into segments, trims acked ones and never reuses a number', async () => {
    const spool = await Spool.open(folder)
    const text = 'x'.repeat(2000)
    for (let round = 0; round < 30; round += 1) {
      for (let step = 0; step < 100; step += 1) spool.append(log(text))
      await spool.flush()
    }
    const count = async () => (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).length
    expect(await count()).toBeGreaterThan(3)
    expect((await readAll(spool)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 3000 }, (_, i) => i + 1),
    )
    expect((await spool.read(0)).length).toBeLessThanOrEqual(300)
    await spool.ack(3000)
    expect(await count()).toBe(1)
    await spool.close()
    const reopened = await Spool.open(folder)
    expect([reopened.ackedSeq, reopened.lastSeq, reopened.append(end)]).toEqual([3000, 3000, 3001])
    await reopened.close()
  })

  it('delivers again when the watermark was lost', async () => {
    const spool = await Spool.open(folder)
    spool.append(metric(1))
    spool.append(metric(2))
    await spool.flush()
    await spool.ack(2)
    await spool.close()
    await writeFile(join(folder, 'acked'), 'not a number')
    expect((await readAll(await Spool.open(folder))).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('wakes a waiter when events are on disk, and when the signal aborts', async () => {
    const spool = await Spool.open(folder)
    const controller = new AbortController()
    const woken = spool.waitBeyond(0, controller.signal)
    spool.append(metric(1))
    await woken
    expect(spool.flushedSeq).toBe(1)
    const aborted = spool.waitBeyond(1, controller.signal)
    controller.abort()
    await aborted
    await spool.close()
  })
})
