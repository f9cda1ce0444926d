import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Client } from '../connect/client'
import type { Connection } from '../connect/credentials'
import { CliError, Exit, exit } from '../exit'
import { formatBytes } from '../terminal/format'
import type { Output } from '../terminal/output'
import { faint, green } from '../terminal/styled'
import { download } from './download'
import { findExport, type Wish } from './files'
import { type ModelView, nameOf } from './find'
import { verifyZip } from './verify-zip'

export interface ExportOptions extends Wish {
  folder: string
  /** Replaces a file that is there. */
  force: boolean
  out: Output
}

/**
 * Downloads the zip of a model into a folder and compares its files with their checksums. Run again after an
 * interruption, it goes on where it ended.
 */
export async function exportModel(
  { client, connection }: { client: Client; connection: Connection },
  model: ModelView,
  { folder, force, out, ...wish }: ExportOptions,
): Promise<void> {
  const { filename } = await findExport(client, model, wish)
  const into = resolve(folder)
  const target = join(into, requireSafe(model, filename))
  const link = async () => (await findExport(client, model, wish)).url
  await mkdir(into, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${into} cannot be made (${error.code}).`, 'Choose another folder with --out.')
  })
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt)
  try {
    const { sizeBytes, checked } = await download(
      { target, force, link, check: verifyZip },
      {
        origin: connection.origin,
        signal: stop.signal,
        onProgress: (bytes, all) => out.status(describe(filename, bytes, all), filename),
      },
    )
    if (out.json) out.data({ type: 'file', path: target, sizeBytes, files: checked })
    else {
      out.line`${green('saved')} ${target} ${faint(`${formatBytes(sizeBytes)} · ${checked.length} files as SHA256SUMS says`)}`
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    out.note`Interrupted. Run the same command again to go on.`
    throw new Exit(exit.interrupted)
  } finally {
    out.clearStatus()
    process.off('SIGINT', interrupt)
  }
}

const describe = (label: string, bytes: number, all: number) =>
  `${label} ${Math.floor((100 * bytes) / Math.max(1, all))} % of ${formatBytes(all)}`

/** One file of the folder, whatever the server says. */
function requireSafe(model: ModelView, filename: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\.zip$/.test(filename)) return filename
  throw new CliError(
    `The export of ${nameOf(model)} has a name that is not safe here.`,
    'Download it on its page.',
  )
}
