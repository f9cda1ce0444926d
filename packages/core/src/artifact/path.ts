import { ArtifactRole } from '@palate/protocol'
import { z } from 'zod'

/** A relative path of plain names, as the trainer writes them: no way out of the folder, nothing hidden. */
const ArtifactPath = z
  .string()
  .max(300)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
    'An artifact path is relative, made of plain names between slashes.',
  )

export const ArtifactHead = z.object({
  path: ArtifactPath,
  role: ArtifactRole,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'An artifact needs its SHA-256 in hexadecimal.'),
})
export type ArtifactHead = z.infer<typeof ArtifactHead>
