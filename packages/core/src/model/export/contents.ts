import type { RunInput } from '@palate/db'
import { DomainError } from '../../error'
import type { ModelVersionRow } from '../register'
import type { ExportFormat } from './schemas'

/** A model, and for an adapter the base that it needs. */
export interface ExportedModel {
  model: ModelVersionRow
  base: ModelVersionRow
}

/** A file of the store under the name that it has in an export. */
export type ExportedFile = Omit<RunInput, 'name'> & { path: string }

/** The name of a model's files and folders: what every file system takes, `smollm2-135m-instruct-v1`. */
export function fileStem({ name, number }: { name: string; number: number }): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 60)
  return `${plain || 'model'}-v${number}`
}

export function ggufName(row: ModelVersionRow): string {
  const detail = row.kind === 'adapter' ? 'adapter' : row.facts?.quantization
  return `${fileStem(row)}${detail ? `-${detail}` : ''}.gguf`
}

/** The weights of an export. The model card, the Modelfile and the checksums are written when it is opened. */
export function listFiles({ model, base }: ExportedModel, format: ExportFormat): ExportedFile[] {
  if (format === 'safetensors')
    return model.files.map(({ name, ...file }) => ({ path: pathIn(name), ...file }))
  const own = toGguf(model)
  return format === 'ollama' && model.kind === 'adapter' ? [toGguf(base), own] : [own]
}

function toGguf(row: ModelVersionRow): ExportedFile {
  const { storageKey, sizeBytes, sha256 } = row.gguf
  return { path: ggufName(row), storageKey, sizeBytes, sha256 }
}

/** `model/config.json` is `config.json`. The names come from an agent: none may lead out of the folder of an export. */
function pathIn(name: string): string {
  const path = name.slice(name.lastIndexOf('/') + 1)
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(path)) return path
  throw new DomainError('invalid', `The model has a file with the name ${JSON.stringify(path)}.`)
}
