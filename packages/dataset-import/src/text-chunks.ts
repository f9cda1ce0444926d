import { createReadStream } from 'node:fs'
import { DatasetImportError } from './error'

export interface TextChunk {
  text: string
  /** Bytes of the file read up to the end of this chunk. */
  bytesRead: number
}

const chunkBytes = 256 * 1024

/**
 * A file as text, piece by piece.
 *
 * @throws DatasetImportError where the bytes are not UTF-8 (with the line) or contain a NUL
 */
export async function* readText(path: string, signal?: AbortSignal): AsyncGenerator<TextChunk> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytesRead = 0
  let line = 1
  for await (const bytes of createReadStream(path, { highWaterMark: chunkBytes, signal })) {
    if (!(bytes instanceof Buffer)) continue
    const text = decode(decoder, bytes, line)
    const nul = text.indexOf('\0')
    if (nul >= 0) throw nulCharacter(line + countLines(text.slice(0, nul)))
    bytesRead += bytes.byteLength
    line += countLines(text)
    yield { text, bytesRead }
  }
  decode(decoder, Buffer.alloc(0), line, true)
}

function decode(decoder: TextDecoder, bytes: Buffer, line: number, end = false): string {
  try {
    return decoder.decode(bytes, { stream: !end })
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes)
    const before = lenient.slice(0, Math.max(0, lenient.indexOf('\uFFFD')))
    throw new DatasetImportError(
      `The file is not UTF-8 text: line ${line + countLines(before)} holds bytes of another encoding.`,
      'Save it as UTF-8 and upload it again.',
    )
  }
}

function nulCharacter(line: number): DatasetImportError {
  return new DatasetImportError(
    `Line ${line} holds a NUL character, which is not text.`,
    'Remove it and upload the file again.',
  )
}

export function binaryFile(): DatasetImportError {
  return new DatasetImportError(
    'The file is binary, not text.',
    'Upload a RecipeNLG-layout CSV or a JSONL file with one recipe a line, saved as UTF-8.',
  )
}

export function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
