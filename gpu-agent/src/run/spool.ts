import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventBatchLimit, isMachineFailure, SpooledEvent, type TrainerEvent } from '@palate/protocol'
import {
  bytesBeyond,
  firstSeqOf,
  type Lines,
  lastSeqOf,
  openSegment,
  readLines,
  type Segment,
  segmentPath,
} from './segment'

const segmentBytes = 1024 * 1024
/** What waits in memory for a disk that refuses it. */
const bufferedBytesLimit = 4 * 1024 * 1024
const defaultQuotaBytes = 1024 ** 3
const batchBytes = 512 * 1024
const lingerMs = 50

/**
 * An attempt's events on disk, from the moment the trainer says them until the hub has acked them.
 *
 * Sequence numbers rise by one from 1 and are never used twice: only what was written and fsynced is ever read
 * for delivery, and a crash at any byte leaves a whole prefix. Acked segments are deleted; the last one stays,
 * because its name carries the sequence on.
 */
export class Spool {
  private buffer: { seq: number; line: string }[] = []
  private bufferedBytes = 0
  private roomWaiters: (() => void)[] = []
  private writing: Promise<void> = Promise.resolve()
  private acking: Promise<void> = Promise.resolve()
  private timer: NodeJS.Timeout | null = null
  private waiters: (() => void)[] = []
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
    private end: Extract<TrainerEvent, { type: 'run-end' }> | null,
  ) {
    const last = segments.at(-1)
    this.flushedSeq = last ? lastSeqOf(last) : ackedSeq
    this.nextSeq = this.flushedSeq + 1
  }

  /** Opens a spool folder, making it where there is none, and drops what a crash left torn at its end. */
  static async open(folder: string, quotaBytes = defaultQuotaBytes): Promise<Spool> {
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
      quotaBytes,
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

  /** Whether that end is the run's too: after a failure of the machine the run goes on in another attempt. */
  get endsRun(): boolean {
    return this.end !== null && !isMachineFailure(this.end.error)
  }

  get lastSeq(): number {
    return this.nextSeq - 1
  }

  /** Takes an event in and returns its sequence number; it is on disk after the next flush (within 50 ms, or at once by `flush`). */
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

  /** Whether the quota is used up by what the hub has not acked, or the disk refuses more than memory should hold. */
  get isFull(): boolean {
    return this.bufferedBytes >= bufferedBytesLimit || this.waitingBytes >= this.quotaBytes
  }

  /**
   * Resolves when there is room for another event, or when the signal aborts. Whoever appends in a stream waits here in
   * between: the trainer's pipe then fills and the trainer itself waits, and nothing is lost.
   */
  async room(signal: AbortSignal): Promise<void> {
    while (this.isFull && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.roomWaiters.push(wake)
        signal.addEventListener('abort', wake)
      })
    }
  }

  /** Writes what is buffered and fsyncs it. Rejects when the disk refuses; the events stay buffered then. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const turn = this.writing.then(() => this.write())
    this.writing = turn.catch(() => undefined)
    return turn
  }

  /** The next lines beyond `afterSeq` that are on disk, bounded by the batch limit and 512 KiB; null where there are none. */
  async readLines(afterSeq: number): Promise<Lines | null> {
    const segment = this.segments.find((one) => one.firstSeq <= afterSeq + 1 && lastSeqOf(one) > afterSeq)
    if (!segment) return null
    return readLines(segment, afterSeq + 1, { maxLines: eventBatchLimit, maxBytes: batchBytes })
  }

  /** The same as events. */
  async read(afterSeq: number): Promise<SpooledEvent[]> {
    const lines = await this.readLines(afterSeq)
    return lines ? eventsOf(lines) : []
  }

  /** Moves the watermark up and deletes segments that lie below it. A watermark lost in a crash only repeats a delivery. */
  ack(seq: number): Promise<void> {
    // One after another: an ack of a batch and the watermark of a hello may come at the same moment.
    const turn = this.acking.then(() => this.moveTo(seq))
    this.acking = turn.catch(() => undefined)
    return turn
  }

  private async moveTo(seq: number): Promise<void> {
    if (seq <= this.ackedSeq) return
    this.ackedSeq = Math.min(seq, this.flushedSeq)
    const temporary = join(this.folder, 'acked.tmp')
    await writeFile(temporary, String(this.ackedSeq))
    await rename(temporary, join(this.folder, 'acked'))
    while (this.segments.length > 1 && this.segments[0] && lastSeqOf(this.segments[0]) <= this.ackedSeq) {
      await rm(this.segments[0].path, { force: true })
      this.segments.shift()
    }
    this.notifyRoom()
  }

  /** Resolves when there is something on disk beyond `seq`, or when the signal aborts. */
  async waitBeyond(seq: number, signal: AbortSignal): Promise<void> {
    while (this.flushedSeq <= seq && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.waiters.push(wake)
        signal.addEventListener('abort', wake)
      })
    }
  }

  async close(): Promise<void> {
    await this.flush()
    this.closed = true
    await this.file?.close()
    this.file = null
  }

  /** What the hub has not acked, on disk and in memory. */
  private get waitingBytes(): number {
    const onDisk = this.segments.reduce((sum, segment) => sum + bytesBeyond(segment, this.ackedSeq), 0)
    return onDisk + this.bufferedBytes
  }

  private notifyRoom(): void {
    if (!this.isFull) for (const wake of this.roomWaiters.splice(0)) wake()
  }

  private async lastEvent(): Promise<SpooledEvent | null> {
    const last = this.segments.at(-1)
    return last ? ((await this.read(lastSeqOf(last) - 1))[0] ?? null) : null
  }

  private async flushLater(): Promise<void> {
    try {
      await this.flush()
    } catch {
      // A full disk may have room again soon; whoever needs certainty calls flush() and sees the error.
      await sleep(2000, undefined, { ref: false })
      if (!this.closed && this.buffer.length > 0)
        this.timer ??= setTimeout(() => void this.flushLater(), lingerMs)
    }
  }

  private async write(): Promise<void> {
    const lines = this.buffer.splice(0)
    const first = lines[0]
    if (!first) return
    try {
      const segment = await this.segmentFor(first.seq)
      const file = this.file
      if (!file) throw new Error('The spool has no open file.')
      await writeWhole(file, segment, Buffer.from(lines.map(({ line }) => line).join('')))
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
    for (const wake of this.waiters.splice(0)) wake()
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

export function eventsOf({ bytes }: Lines): SpooledEvent[] {
  const lines = bytes.toString('utf8').trimEnd().split('\n')
  return lines.map((line) => SpooledEvent.parse(JSON.parse(line)))
}

/** Appends and fsyncs; a write that fails half way is cut off again, so that the file stays whole lines. */
async function writeWhole(file: FileHandle, segment: Segment, bytes: Buffer): Promise<void> {
  try {
    await file.appendFile(bytes)
    await file.datasync()
  } catch (error) {
    await file.truncate(segment.size)
    throw error
  }
}

async function readAcked(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'acked'), 'utf8').catch(() => '0')
  const seq = Number(text)
  return Number.isSafeInteger(seq) && seq >= 0 ? seq : 0
}
