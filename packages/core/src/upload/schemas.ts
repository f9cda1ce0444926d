import { Text } from '@palate/protocol'
import { z } from 'zod'

export const uploadLimitBytes = 4 * 1024 ** 3

export const CreateUploadInput = z.strictObject({
  filename: Text(200).trim().min(1, 'The file needs a name.'),
  sizeBytes: z
    .int()
    .min(1, 'The file is empty.')
    .max(uploadLimitBytes, 'The file is larger than 4 GiB. Split it, and import the parts separately.'),
})
export type CreateUploadInput = z.infer<typeof CreateUploadInput>

export interface UploadTicket {
  uploadId: string
  /** PUT the file here, with `Authorization: Bearer <token>`. */
  url: string
  token: string
}
