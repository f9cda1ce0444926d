import type { Client, Outputs } from '../connect/client'
import { CliError } from '../exit'
import { type ModelView, nameOf } from './find'

export const formats = ['gguf', 'safetensors', 'ollama'] as const
export type Format = (typeof formats)[number]

export interface Wish {
  format: Format
  /** Of an Ollama model: whose prompt becomes its system prompt. */
  persona: string | undefined
}

/** The zip of a model as the dialog on the page Models has it, with a link that is valid for an hour. */
export async function findExport(
  client: Client,
  { id, ...model }: ModelView,
  { format, persona }: Wish,
): Promise<Outputs['model']['exports']['exports'][number]> {
  const { exports } = await client.model.exports.query({ id, ...(persona ? { persona } : {}) })
  const found = exports.find((one) => one.format === format)
  if (found) return found
  throw new CliError(
    `${nameOf(model)} has no export of the format ${format}.`,
    exports.length > 0 ? `It has: ${exports.map((one) => one.format).join(', ')}.` : undefined,
  )
}
