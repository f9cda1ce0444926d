import { z } from 'zod'

/** `owner/name` as the hub has it; nothing in it can lead out of a folder. */
const HubModelId = z
  .string()
  .max(160)
  .regex(/^\w[\w.-]{0,95}\/\w[\w.-]{0,95}$/, 'An id looks like meta-llama/Llama-3.2-3B-Instruct.')
  .refine((id) => !id.includes('..') && !id.includes('--'), 'An id has no two dots or dashes in a row.')

/** A branch, a tag or a commit. */
const HubRevision = z
  .string()
  .regex(/^\w[\w.-]{0,99}$/, 'A revision is a branch, a tag or a commit.')
  .refine((revision) => !revision.includes('..'), 'A revision has no two dots in a row.')

const FolderPath = z
  .string()
  .max(500)
  .regex(/^(\/|[A-Za-z]:[\\/])/, 'Give the whole path, from the root of the disk.')
  .refine(
    (path) => !path.includes('\u0000') && !path.split(/[\\/]/).includes('..'),
    'The path has a part that is not allowed.',
  )

/** A model that Palate did not make: on the Hugging Face hub, or in a folder that the agent's owner has opened. */
export const ModelSource = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('hub'), id: HubModelId, revision: HubRevision.optional() }),
  z.strictObject({ from: z.literal('folder'), path: FolderPath }),
])
export type ModelSource = z.infer<typeof ModelSource>

/** One line for one source: what a run writes down of it, and what people read. */
export function nameModelSource(source: ModelSource): string {
  if (source.from === 'folder') return `folder ${source.path}`
  return source.revision ? `${source.id} at ${source.revision}` : source.id
}
