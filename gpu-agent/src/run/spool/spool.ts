import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DiskError, nameDiskError } from '@palate/config'
import { isMachineFailure, maxChunkEvents, SpooledEvent, type TrainerEvent } from '@palate/protocol'
import { inHome } from '../../files/home'
import {
  appendWhole,
  bytesBeyond,
  type Chunk,
  firstSeqOf,
  lastSeqOf,
  openSegment,
  readChunk,
  type Segment,
  segmentPath,
} from './segment'
import { Waiters } from './waiters'
import { readAcked, writeAcked } from './watermark'

const segmentBytes = 1024 * 1024
/** Events kept in memory while the disk refuses writes. */
const bufferedBytesLimit = 4 * 1024 * 1024
const defaultQuotaBytes = 1024 ** 3
const chunkBytes = 512 * 1024
const lingerMs = 50
/** While the disk refuses writes. */
const retryMs = 2000

export type SpoolOptions = {
  quotaBytes?: number | undefined
  /** A file of bytes set aside, which is removed when the disk is full. */
  reserve?: string
  /** Called each time that the disk refuses a write in the background. */
  onFailure?: (error: unknown) => void
}

const target = inHome('The events of the run')
const waits = 'Until then the trainer waits as soon as too many events are in memory.'

/**
 * An attempt's events on disk, from when the trainer emits them until the hub has acked them.
 *
 * Sequence numbers rise by one from 1 and are never reused: only fsynced lines are read for delivery, and a crash at
 * any byte leaves a prefix of whole lines. Acked segments are deleted; the last one stays, because its name continues
 * the sequence.
 */
export class Spool {
  private buffer: { seq: number; line: string }[] = []
  private bufferedBytes = 0
  private readonly forRoom = new Waiters()
  private writing: Promise<void> = Promise.resolve()
  private acking: Promise<void> = Promise.resolve()
  private timer: NodeJS.Timeout | null = null
  private readonly forEvents = new Waiters()
  private file: FileHandle | null = null
  private closed = false
  private nextSeq: number
  /** Everything up to here is safely on disk. */
  flushedSeq: number

  private constructor(
    private readonly folder: string,
    private readonly segments: Segment[],
    public ackedSeq: number,
    private readonly quotaBytes: number,
    private readonly options: SpoolOptions,
    private end: Extract<TrainerEvent, { type: 'run-end' }> | null,
  ) {
    const last = segments.at(-1)
    this.flushedSeq = last ? lastSeqOf(last) : ackedSeq
    this.nextSeq = this.flushedSeq + 1
  }

  /** Opens a spool folder, creating it if needed, and drops an incomplete end that a crash left. */
  static async open(folder: string, options: SpoolOptions = {}): Promise<Spool> {
    await mkdir(folder, { recursive: true })
    const firsts = (await readdir(folder)).map(firstSeqOf).filter((seq) => seq !== null)
    const segments: Segment[] = []
    let torn = false
    for (const firstSeq of firsts.sort((a, b) => a - b)) {
      const path = segmentPath(folder, firstSeq)
      const previous = segments.at(-1)
      if (torn || (previous && lastSeqOf(previous) + 1 !== firstSeq)) {
        await rm(path)
        torn = true
        continue
      }
      const segment = await openSegment(path, firstSeq)
      torn = segment.torn
      segments.push(segment)
    }
    const first = segments[0]
    const acked = Math.max(await readAcked(folder), first ? first.firstSeq - 1 : 0)
    const last = segments.at(-1)
    const spool = new Spool(
      folder,
      segments,
      last ? Math.min(acked, lastSeqOf(last)) : acked,
      options.quotaBytes ?? defaultQuotaBytes,
      options,
      null,
    )
    const newest = (await spool.lastEvent())?.event
    spool.end = newest?.type === 'run-end' ? newest : null
    return spool
  }

  /** Whether the attempt's last event, `run-end`, is in the spool. */
  get ended(): boolean {
    return this.end !== null
  }

  /** Whether that also ends the run: after a failure of the machine the run continues in another attempt. */
  get endsRun(): boolean {
    return this.end !== null && !isMachineFailure(this.end.error)
  }

  /** Whether the attempt ended with its model. */
  get hasFinished(): boolean {
    return this.end?.status === 'finished'
  }

  get lastSeq(): number {
    return this.nextSeq - 1
  }

  /** Adds an event and returns its sequence number; it is on disk after the next flush (within 50 ms, or by `flush`). */
  append(event: TrainerEvent, at = Date.now()): number {
    if (this.closed) throw new Error('The spool is closed.')
    const seq = this.nextSeq
    this.nextSeq += 1
    const line = `${JSON.stringify({ seq, at, event })}\n`
    this.buffer.push({ seq, line })
    this.bufferedBytes += Buffer.byteLength(line)
    if (event.type === 'run-end') this.end = event
    this.timer ??= setTimeout(() => void this.flushLater(), lingerMs)
    return seq
  }

  /** Whether events that the hub has not acked use up the quota, or too many wait in memory for the disk. */
  get isFull(): boolean {
    return this.bufferedBytes >= bufferedBytesLimit || this.waitingBytes >= this.quotaBytes
  }

  /**
   * Resolves when there is room for another event, or when the signal aborts. A caller that appends a stream waits here
   * between events: the trainer's pipe then fills, the trainer waits, and nothing is lost.
   */
  async room(signal: AbortSignal): Promise<void> {
    while (this.isFull && !signal.aborted) await this.forRoom.wait(signal)
  }

  /** Writes buffered events and fsyncs them. Rejects when the disk refuses; the events stay buffered then. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const turn = this.writing.then(() => this.writeWithReserve())
    this.writing = turn.catch(() => undefined)
    return turn
  }

  /** The next lines on disk beyond `afterSeq`, at most 1,000 and about 512 KiB; null where there are none. */
  async readChunk(afterSeq: number): Promise<Chunk | null> {
    const segment = this.segments.find((one) => one.firstSeq <= afterSeq + 1 && lastSeqOf(one) > afterSeq)
    if (!segment) return null
    return readChunk(segment, afterSeq + 1, { maxLines: maxChunkEvents, maxBytes: chunkBytes })
  }

  /** The same as events. */
  async read(afterSeq: number): Promise<SpooledEvent[]> {
    const chunk = await this.readChunk(afterSeq)
    return chunk ? eventsOf(chunk) : []
  }

  /** Raises the watermark and deletes segments below it. A watermark lost in a crash only repeats a delivery. */
  ack(seq: number): Promise<void> {
    // One after another: the ack of a chunk and the watermark of a hello may arrive at the same time.
    const turn = this.acking.then(() => this.moveTo(seq))
    this.acking = turn.catch(() => undefined)
    return turn
  }

  private async moveTo(seq: number): Promise<void> {
    if (seq <= this.ackedSeq) return
    this.ackedSeq = Math.min(seq, this.flushedSeq)
    await writeAcked(this.folder, this.ackedSeq)
    while (this.segments.length > 1 && this.segments[0] && lastSeqOf(this.segments[0]) <= this.ackedSeq) {
      await rm(this.segments[0].path, { force: true })
      this.segments.shift()
    }
    this.notifyRoom()
  }

  /** Resolves when there is something on disk beyond `seq`, or when the signal aborts. */
  async waitBeyond(seq: number, signal: AbortSignal): Promise<void> {
    while (this.flushedSeq <= seq && !signal.aborted) await this.forEvents.wait(signal)
  }

  async close(): Promise<void> {
    await this.flush()
    this.closed = true
    await this.file?.close()
    this.file = null
  }

  /** Bytes that the hub has not acked, on disk and in memory. */
  private get waitingBytes(): number {
    const onDisk = this.segments.reduce((sum, segment) => sum + bytesBeyond(segment, this.ackedSeq), 0)
    return onDisk + this.bufferedBytes
  }

  private notifyRoom(): void {
    if (!this.isFull) this.forRoom.wake()
  }

  private async lastEvent(): Promise<SpooledEvent | null> {
    const last = this.segments.at(-1)
    return last ? ((await this.read(lastSeqOf(last) - 1))[0] ?? null) : null
  }

  private async flushLater(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      // A full disk may have room again soon; a caller that must know calls flush() and gets the error.
      this.options.onFailure?.(nameDiskError(error, target))
      await sleep(retryMs, undefined, { ref: false })
      if (!this.closed && this.buffer.length > 0)
        this.timer ??= setTimeout(() => void this.flushLater(), lingerMs)
    }
  }

  /** Room for the sentence that the disk is full, and for the end of a run that failed for it. */
  private async writeWithReserve(): Promise<void> {
    try {
      await this.write()
    } catch (error) {
      const named = nameDiskError(error, target)
      if (!(named instanceof DiskError) || !(await this.releaseReserve())) throw error
      if (!this.ended)
        this.append({ type: 'log', level: 'error', text: `${named.message} ${named.remedy} ${waits}` })
      await this.write()
    }
  }

  /** @returns whether there was a reserve */
  private async releaseReserve(): Promise<boolean> {
    const { reserve } = this.options
    if (reserve === undefined) return false
    return (await rm(reserve).catch(() => 'gone')) !== 'gone'
  }

  private async write(): Promise<void> {
    const lines = this.buffer.splice(0)
    const first = lines[0]
    if (!first) return
    try {
      const segment = await this.segmentFor(first.seq)
      const file = this.file
      if (!file) throw new Error('The spool has no open file.')
      await appendWhole(file, segment, Buffer.from(lines.map(({ line }) => line).join('')))
      const start = segment.size
      let offset = start
      for (const { line } of lines) {
        segment.offsets.push(offset)
        offset += Buffer.byteLength(line)
      }
      segment.size = offset
      this.bufferedBytes -= offset - start
      this.flushedSeq = lastSeqOf(segment)
      this.notifyRoom()
    } catch (error) {
      this.buffer.unshift(...lines)
      throw error
    }
    this.forEvents.wake()
  }

  private async segmentFor(seq: number): Promise<Segment> {
    const last = this.segments.at(-1)
    if (last && last.size < Math.min(segmentBytes, this.quotaBytes / 4)) {
      this.file ??= await open(last.path, 'a')
      return last
    }
    await this.file?.close()
    const segment: Segment = { path: segmentPath(this.folder, seq), firstSeq: seq, offsets: [], size: 0 }
    this.file = await open(segment.path, 'a')
    const folder = await open(this.folder, 'r')
    await folder.sync()
    await folder.close()
    this.segments.push(segment)
    return segment
  }
}

function eventsOf({ bytes }: Chunk): SpooledEvent[] {
  const lines = bytes.toString('utf8').trimEnd().split('\n')
  return lines.map((line) => SpooledEvent.parse(JSON.parse(line)))
}
