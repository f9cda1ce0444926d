import type { Client } from '../connect/client'
import { CliError } from '../exit'
import { type ModelView, nameOf } from './find'

export const formats = ['gguf', 'safetensors', 'adapter'] as const
export type Format = (typeof formats)[number]

export interface ModelFile {
  /** As the server names it: not to be trusted. */
  path: string
  sizeBytes: number
  sha256: string
  /** Valid for an hour. */
  url: string
}

/** The role of the files of a format, for a whole model and for an adapter. */
const roles: Readonly<Record<ModelView['kind'], Partial<Record<Format, string>>>> = {
  base: { gguf: 'gguf', safetensors: 'hf' },
  adapter: { gguf: 'adapter-gguf', adapter: 'adapter' },
}

/**
 * The files of a model in a format, with fresh links. They are those of the newest attempt that uploaded any, as the
 * registry has them.
 *
 * @throws CliError when the model does not have the format
 */
export async function listFiles(client: Client, model: ModelView, format: Format): Promise<ModelFile[]> {
  const known = roles[model.kind]
  const role = known[format]
  if (!role)
    throw new CliError(
      `${nameOf(model)} is ${model.kind === 'base' ? 'a whole model' : 'an adapter'} and has no files of the format ${format}.`,
      `Use ${Object.keys(known).join(' or ')}.`,
    )
  const [{ attempts }, artifacts] = await Promise.all([
    client.run.get.query({ id: model.runId }),
    client.run.artifacts.query({ runId: model.runId }),
  ])
  const newest = attempts.findLast(({ id }) => artifacts.some(({ attemptId }) => attemptId === id))
  const files = artifacts.filter((file) => file.attemptId === newest?.id && file.role === role)
  if (files.length > 0) return files
  throw new CliError(`The files of ${nameOf(model)} are no longer there.`, 'Add or train the model again.')
}
