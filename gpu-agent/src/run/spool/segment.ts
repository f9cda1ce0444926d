import { type FileHandle, open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * One file of the spool: one JSON object on each line, in rising sequence without a gap.
 * `offsets[i]` is the byte at which the line of sequence `firstSeq + i` begins; `size` is the number of bytes fsynced.
 */
export type Segment = { path: string; firstSeq: number; offsets: number[]; size: number }

const namePattern = /^(\d{12})\.jsonl$/
const newline = 0x0a

export function segmentPath(folder: string, firstSeq: number): string {
  return join(folder, `${String(firstSeq).padStart(12, '0')}.jsonl`)
}

/** The sequence number that a segment's file name carries, or null for any other file. */
export function firstSeqOf(fileName: string): number | null {
  const match = namePattern.exec(fileName)
  return match ? Number(match[1]) : null
}

export function lastSeqOf(segment: Segment): number {
  return segment.firstSeq + segment.offsets.length - 1
}

/** Bytes of the lines after `seq`. */
export function bytesBeyond(segment: Segment, seq: number): number {
  if (lastSeqOf(segment) <= seq) return 0
  return segment.size - (segment.offsets[Math.max(0, seq + 1 - segment.firstSeq)] ?? segment.size)
}

/** Reads a segment and truncates it at the first incomplete line, which a crash may have left. */
export async function openSegment(path: string, firstSeq: number): Promise<Segment & { torn: boolean }> {
  const bytes = await readFile(path)
  const offsets: number[] = []
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(newline, start)
    if (end === -1 || seqOfLine(bytes.toString('utf8', start, end)) !== firstSeq + offsets.length) break
    offsets.push(start)
    start = end + 1
  }
  const torn = start < bytes.length
  if (torn) await truncate(path, start)
  return { path, firstSeq, offsets, size: start, torn }
}

function seqOfLine(line: string): number | null {
  try {
    const value: unknown = JSON.parse(line)
    const seq = typeof value === 'object' && value !== null && 'seq' in value ? value.seq : null
    return typeof seq === 'number' ? seq : null
  } catch {
    return null
  }
}

/** Whole lines as they are on disk: `bytes` ends with a line end, `lastSeq` is the sequence number of the last line. */
export type Chunk = { bytes: Buffer; lastSeq: number }

/** The lines of a segment from `seq` on, at most `maxLines` of them and, after the first, at most `maxBytes`. */
export async function readChunk(
  segment: Segment,
  seq: number,
  limit: { maxLines: number; maxBytes: number },
): Promise<Chunk | null> {
  const from = seq - segment.firstSeq
  const start = segment.offsets[from]
  if (start === undefined) return null
  let to = from + 1
  while (
    to < segment.offsets.length &&
    to - from < limit.maxLines &&
    endOf(segment, to) - start <= limit.maxBytes
  )
    to += 1
  const end = endOf(segment, to - 1)
  const file = await open(segment.path, 'r')
  try {
    const bytes = Buffer.alloc(end - start)
    await file.read(bytes, 0, bytes.length, start)
    return { bytes, lastSeq: segment.firstSeq + to - 1 }
  } finally {
    await file.close()
  }
}

function endOf(segment: Segment, index: number): number {
  return segment.offsets[index + 1] ?? segment.size
}

/** Appends and fsyncs; a write that fails half way is truncated, so that the file holds only whole lines. */
export async function appendWhole(file: FileHandle, segment: Segment, bytes: Buffer): Promise<void> {
  try {
    await file.appendFile(bytes)
    await file.datasync()
  } catch (error) {
    await file.truncate(segment.size)
    throw error
  }
}
