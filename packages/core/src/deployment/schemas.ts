import { z } from 'zod'

/** A public name: it stands in addresses and as the model's name of the OpenAI-compatible endpoint. */
export const DeploymentSlug = z
  .string()
  .trim()
  .min(2, 'A public name has at least two characters.')
  .max(60, 'A public name has at most 60 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Lower-case letters, digits and single hyphens only.')

export const SaveDeploymentInput = z.strictObject({
  /** Without an id a new deployment is made. */
  id: z.string().optional(),
  slug: DeploymentSlug,
  title: z.string().trim().min(1, 'It needs a title.').max(80),
  modelVersionId: z.string().min(1, 'Choose a model.'),
  active: z.boolean().default(true),
})
export type SaveDeploymentInput = z.input<typeof SaveDeploymentInput>
