import { Text, type UploadFormat, uploadFormats } from '@palate/protocol'
import { z } from 'zod'

const gibibyte = 1024 ** 3
const uploadLimitBytes = 4 * gibibyte
const modelLimitBytes = 32 * gibibyte

const Filename = Text(200).trim().min(1, 'The file needs a name.')
const Size = z.int().min(1, 'The file is empty.')

export const CreateUploadInput = z.strictObject({
  filename: Filename,
  sizeBytes: Size.max(
    uploadLimitBytes,
    'The file is larger than 4 GiB. Split it, and import the parts separately.',
  ),
})
export type CreateUploadInput = z.infer<typeof CreateUploadInput>

const endings: Record<UploadFormat, string> = { gguf: '.gguf', folder: '.zip', adapter: '.zip' }

/** A model: a GGUF file, or a zip of its folder or of a PEFT adapter. */
export const CreateModelUploadInput = z
  .strictObject({
    filename: Filename,
    format: z.enum(uploadFormats),
    sizeBytes: Size.max(
      modelLimitBytes,
      "The file is larger than 32 GiB. Put the model into a folder on an agent's machine, and import that.",
    ),
  })
  .refine(({ filename, format }) => filename.toLowerCase().endsWith(endings[format]), {
    path: ['filename'],
    error: ({ input }) =>
      (input as { format?: unknown }).format === 'gguf'
        ? 'A file of this format ends in .gguf.'
        : 'Pack the folder into a zip, and upload that.',
  })
export type CreateModelUploadInput = z.infer<typeof CreateModelUploadInput>

export interface UploadTicket {
  uploadId: string
  /** PUT the file here, with `Authorization: Bearer <token>`; or, in parts, tus with this id. */
  url: string
  token: string
}
