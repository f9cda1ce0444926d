import { open } from 'node:fs/promises'
import { findColumns, readCsvRecord } from './csv-reader'
import { DatasetImportError } from './error'
import { binaryFile } from './text-chunks'
import type { ImportFormat } from './types'

const sniffBytes = 64 * 1024

const packed: [string, string][] = [
  ['PK\x03\x04', 'a ZIP archive or an Excel sheet'],
  ['\x1f\x8b', 'a gzip archive'],
  ['PAR1', 'a Parquet file'],
  ['%PDF', 'a PDF'],
]
const upload = 'Upload a RecipeNLG-layout CSV or a JSONL file with one recipe a line, saved as UTF-8.'

/**
 * Recognizes the format of a file by its first bytes, independent of its name.
 *
 * @throws DatasetImportError when it is empty, binary, packed, UTF-16, or neither layout
 */
export async function sniffFormat(path: string): Promise<ImportFormat> {
  const bytes = await readHead(path)
  if (bytes.length === 0) throw new DatasetImportError('The file is empty.', upload)
  const head = bytes.toString('latin1')
  const pack = packed.find(([magic]) => head.startsWith(magic))
  if (pack) throw new DatasetImportError(`The file is ${pack[1]}.`, `Unpack or export it first. ${upload}`)
  if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff'))
    throw new DatasetImportError('The file is UTF-16 text.', 'Save it as UTF-8 and upload it again.')
  if (bytes.includes(0)) throw binaryFile()
  return formatOf(bytes.toString('utf8').replace(/^\uFEFF/, ''), bytes.length < sniffBytes)
}

function formatOf(text: string, whole: boolean): ImportFormat {
  const start = text.trimStart()
  if (start === '') throw new DatasetImportError('The file holds nothing but blank lines.', upload)
  if (start.startsWith('{')) return 'recipe-jsonl'
  if (start.startsWith('['))
    throw new DatasetImportError(
      'The file is one JSON list.',
      'Write one recipe a line (JSONL), without the brackets around.',
    )
  const header = readCsvRecord(text, text.length - start.length, whole)
  if (header.kind !== 'fields' || header.fields.length < 2)
    throw new DatasetImportError('The file is neither a RecipeNLG-layout CSV nor JSONL.', upload)
  findColumns(header.fields)
  return 'recipenlg-csv'
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
