import { Id, Text } from '@palate/protocol'
import { maxPersonaFileLength, Persona, PersonaBody } from '@palate/recipe'
import { z } from 'zod'

export const PersonaSlug = Persona.shape.slug

export const SavePersonaInput = z.strictObject({
  /** Without an id, a new persona is created. */
  id: Id.optional(),
  slug: PersonaSlug,
  body: PersonaBody,
})
export type SavePersonaInput = z.input<typeof SavePersonaInput>

export const PersonaRef = z.strictObject({ id: Id })
export type PersonaRef = z.infer<typeof PersonaRef>

export const ImportPersonasInput = z.strictObject({
  yaml: Text(
    maxPersonaFileLength,
    `A persona file may have at most ${maxPersonaFileLength.toLocaleString('en')} characters.`,
  ).min(1, 'The file is empty.'),
})
export type ImportPersonasInput = z.infer<typeof ImportPersonasInput>
