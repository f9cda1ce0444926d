import { createHash } from 'node:crypto'
import { type Deps, systemContext } from '../../context'
import type { TicketClaims } from '../../ticket'
import { readStory } from './card/story'
import { writeCard } from './card/write'
import { type ExportedFile, fileStem, listFiles } from './contents'
import { findSystem, getExported, requireStored } from './find'
import { ollamaSettings, writeModelfile } from './ollama'
import type { ExportFormat } from './schemas'

export type ExportEntry = ExportedFile | { path: string; text: string }

export interface OpenedExport {
  /** Of the folder that it unpacks to; `.zip` is added for a download. */
  name: string
  /** The model card and the checksums, and then the weights. */
  entries: ExportEntry[]
  modifiedAt: Date
  /** Another one where any of the content is another. */
  sha256: string
}

/** What an export holds, for the ticket that names it. @throws DomainError `not_found` when a file has left the store */
export async function openExport(deps: Deps, claims: TicketClaims<'export'>): Promise<OpenedExport> {
  const { workspaceId, modelVersionId, format, persona } = claims
  const ctx = systemContext(deps, workspaceId, 'export')
  const exported = await getExported(ctx.db, workspaceId, modelVersionId)
  const weights = listFiles(exported, format)
  await requireStored(deps, weights)
  const texts: { path: string; text: string }[] = []
  if (format === 'ollama') {
    const system = await findSystem(ctx.db, workspaceId, persona)
    texts.push({ path: 'Modelfile', text: writeModelfile(exported, ollamaSettings(exported, system)) })
  }
  const story = await readStory(ctx, exported.model)
  texts.push({ path: 'README.md', text: writeCard(exported, format, weights, story) })
  const sums = writeSums([...texts.map(({ path, text }) => ({ path, sha256: hashOf(text) })), ...weights])
  return {
    name: exportName(exported.model, format),
    entries: [...texts, { path: 'SHA256SUMS', text: sums }, ...weights],
    modifiedAt: exported.model.createdAt,
    sha256: hashOf(sums),
  }
}

export function exportName(model: { name: string; number: number }, format: ExportFormat): string {
  return `${fileStem(model)}-${format}`
}

/** As `sha256sum --check` reads it. */
export function writeSums(files: readonly { path: string; sha256: string }[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
