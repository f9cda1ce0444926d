import { Id, Text } from '@palate/protocol'
import { z } from 'zod'

/** A public name: part of the chat's URL, and the model's name in the OpenAI-compatible API. */
export const DeploymentSlug = z
  .string()
  .trim()
  .min(2, 'A public name has at least two characters.')
  .max(60, 'A public name has at most 60 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Lower-case letters, digits and single hyphens only.')

export const SaveDeploymentInput = z.strictObject({
  /** Without an id, a new deployment is created. */
  id: Id.optional(),
  slug: DeploymentSlug,
  title: Text(80).trim().min(1, 'It needs a title.'),
  modelVersionId: Text(60).min(1, 'Choose a model.'),
  active: z.boolean().default(true),
})
export type SaveDeploymentInput = z.input<typeof SaveDeploymentInput>
