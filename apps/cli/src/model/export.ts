import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Client } from '../connect/client'
import type { Connection } from '../connect/credentials'
import { CliError, Exit, exit } from '../exit'
import { formatBytes } from '../terminal/format'
import type { Output } from '../terminal/output'
import { faint, green } from '../terminal/styled'
import { download } from './download'
import { type Format, listFiles, type ModelFile } from './files'
import { type ModelView, nameOf } from './find'

export interface ExportOptions {
  format: Format
  folder: string
  out: Output
}

/** Downloads the files of a model into a folder. Run again, it goes on where it was interrupted. */
export async function exportModel(
  { client, connection }: { client: Client; connection: Connection },
  model: ModelView,
  { format, folder, out }: ExportOptions,
): Promise<void> {
  const files = await listFiles(client, model, format)
  const into = resolve(folder)
  await mkdir(into, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${into} cannot be made (${error.code}).`, 'Choose another folder with --out.')
  })
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt)
  try {
    for (const [index, file] of files.entries()) {
      const name = safeName(model, file, format)
      const label = `${name}${files.length > 1 ? ` (${index + 1} of ${files.length})` : ''}`
      const fresh = await download(
        { ...file, target: join(into, name), link: () => freshLink(client, model, format, file) },
        {
          origin: connection.origin,
          signal: stop.signal,
          onProgress: (bytes) => out.status(describe(label, bytes, file.sizeBytes), label),
        },
      )
      const data = {
        type: 'file',
        path: join(into, name),
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        fresh,
      }
      if (out.json) out.data(data)
      else
        out.line`${green(fresh ? 'saved' : 'there')} ${join(into, name)} ${faint(`${formatBytes(file.sizeBytes)} · sha256 ${file.sha256}`)}`
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

/** One file of the folder, whatever the server says. The one GGUF is named after its model. */
function safeName(model: ModelView, { path }: ModelFile, format: Format): string {
  const last = path.split(/[\\/]/).at(-1) ?? ''
  if (format === 'gguf')
    return `${model.name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'model'}-${model.number}.gguf`
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/.test(last)) return last
  throw new CliError(
    `A file of ${nameOf(model)} has a name that is not safe here.`,
    'Download it on its page.',
  )
}

/** A link ends after an hour; a large file may take longer. */
async function freshLink(
  client: Client,
  model: ModelView,
  format: Format,
  wanted: ModelFile,
): Promise<string> {
  const files = await listFiles(client, model, format)
  const found = files.find(({ path, sha256 }) => path === wanted.path && sha256 === wanted.sha256)
  if (found) return found.url
  throw new CliError(`The files of ${nameOf(model)} have changed.`, 'Run the same command again.')
}
