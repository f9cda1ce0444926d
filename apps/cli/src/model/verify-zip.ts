import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { openPromise } from 'yauzl'
import { CliError } from '../exit'

export interface CheckedFile {
  path: string
  sizeBytes: number
  sha256: string
}

const sumsName = 'SHA256SUMS'
const mostSumsBytes = 1024 * 1024

/**
 * Reads each file of an export and compares it with the checksums that lie beside it.
 *
 * @throws CliError when a file is damaged, missing, or not listed, or when it is no zip at all
 */
export async function verifyZip(path: string): Promise<CheckedFile[]> {
  try {
    const { files, sums } = await readZip(path)
    const wrong =
      files.find((file) => sums.get(file.path) !== file.sha256)?.path ??
      [...sums.keys()].find((name) => files.every((file) => file.path !== name))
    if (wrong === undefined && files.length > 0) return files
    throw notWhole(path, wrong ? `${wrong} is not as ${sumsName} says` : 'it is empty')
  } catch (error) {
    if (error instanceof CliError) throw error
    throw notWhole(path, error instanceof Error ? error.message : String(error))
  }
}

async function readZip(path: string): Promise<{ files: CheckedFile[]; sums: Map<string, string> }> {
  const zip = await openPromise(path)
  const files: CheckedFile[] = []
  const sums = new Map<string, string>()
  for await (const entry of zip.eachEntry()) {
    // All lie in one folder, which has the name of the model.
    const name = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
    const content = await zip.openReadStreamPromise(entry)
    if (name !== sumsName)
      files.push({ path: name, sizeBytes: entry.uncompressedSize, sha256: await hashOf(content) })
    else if (entry.uncompressedSize <= mostSumsBytes)
      for (const line of (await text(content)).split('\n')) {
        const [, sum, of] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
        if (sum && of) sums.set(of, sum)
      }
    else throw new Error(`${sumsName} is too long`)
  }
  return { files, sums }
}

async function hashOf(content: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

const notWhole = (path: string, why: string) =>
  new CliError(
    `${path} did not arrive as it was sent: ${why}.`,
    'It was removed. Run the same command again.',
  )
