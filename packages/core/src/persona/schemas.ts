import { Persona, PersonaBody } from '@palate/recipe'
import { z } from 'zod'

export const PersonaSlug = Persona.shape.slug

export const SavePersonaInput = z.strictObject({
  /** Without an id, a new persona is created. */
  id: z.string().optional(),
  slug: PersonaSlug,
  body: PersonaBody,
})
export type SavePersonaInput = z.input<typeof SavePersonaInput>

export const PersonaRef = z.strictObject({ id: z.string() })
export type PersonaRef = z.infer<typeof PersonaRef>

export const ImportPersonasInput = z.strictObject({
  yaml: z
    .string()
    .min(1, 'The file is empty.')
    .max(500_000, 'A persona file may have at most 500,000 characters.'),
})
export type ImportPersonasInput = z.infer<typeof ImportPersonasInput>
