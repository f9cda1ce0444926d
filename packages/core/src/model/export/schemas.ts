import type { PushProgress, PushStatus } from '@palate/db'
import { Id, Text } from '@palate/protocol'
import { z } from 'zod'

/** `safetensors` is a base's or an adapter's files for transformers, `gguf` its file for llama.cpp. */
export const exportFormats = ['safetensors', 'gguf', 'ollama'] as const
export const ExportFormat = z.enum(exportFormats)
export type ExportFormat = z.infer<typeof ExportFormat>

export const ListExportsInput = z.strictObject({
  id: Id,
  /** The persona whose prompt an Ollama model gets as its system prompt. */
  persona: Text(60).min(1).optional(),
})
export type ListExportsInput = z.input<typeof ListExportsInput>

export interface ExportFile {
  path: string
  sizeBytes: number
  sha256: string
  /** Valid for an hour, and resumable. */
  url: string
}

export interface ExportView {
  format: ExportFormat
  filename: string
  /** A zip with the files, a model card and checksums. Valid for an hour. */
  url: string
  /** Of the weights. */
  sizeBytes: number
  files: ExportFile[]
}

/** A whole model that was made of this one: merged with its base, or in another quantization. */
export interface DerivedModel {
  id: string
  name: string
  number: number
  quantization: string | null
  sizeBytes: number
}

export interface ModelExports {
  exports: ExportView[]
  derived: DerivedModel[]
}

const addressHint = 'Use the address of an Ollama, for example http://192.168.1.20:11434.'

/** The origin of an Ollama: what is behind it is always the same. */
export const OllamaAddress = Text(200)
  .trim()
  .transform((text, ctx) => {
    const url = URL.canParse(text) ? new URL(text) : null
    const plain =
      url && /^https?:$/.test(url.protocol) && !url.username && !url.password && url.hostname !== ''
    if (plain && /^\/?$/.test(url.pathname) && !url.search && !url.hash) return url.origin
    ctx.addIssue(
      url?.username || url?.password
        ? 'The address may hold no password: it would be shown to everybody in the workspace.'
        : addressHint,
    )
    return z.NEVER
  })

export const OllamaName = z
  .string()
  .trim()
  .max(160, 'A name has at most 160 characters.')
  .regex(
    /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}\/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,79})?$/,
    'Use a name as Ollama has them, for example cook:v1.',
  )

export const PushModelInput = z.strictObject({
  id: Id,
  address: OllamaAddress,
  name: OllamaName,
  /** The persona whose prompt becomes the system prompt. */
  persona: Text(60).min(1).optional(),
})
export type PushModelInput = z.input<typeof PushModelInput>

export const PushRef = z.strictObject({ pushId: Id })
export type PushRef = z.infer<typeof PushRef>

export interface PushView {
  id: string
  modelVersionId: string
  address: string
  name: string
  status: PushStatus
  progress: PushProgress | null
  error: string | null
  canceling: boolean
  createdAt: Date
  finishedAt: Date | null
}
