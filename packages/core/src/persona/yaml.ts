import { formatPersonas, type Persona, PersonaFileError, parsePersonas } from '@palate/recipe'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { readPersonas } from './read'
import { ImportPersonasInput } from './schemas'
import { type PersonaChange, toPersonaBody, writePersona } from './write'

/** The newest versions of the active personas as a file that `importPersonasYaml` can read. */
export async function exportPersonasYaml(ctx: ServiceContext): Promise<{ yaml: string }> {
  authorize(ctx, 'persona:read')
  const personas = await readPersonas(ctx.db, ctx.workspaceId)
  return { yaml: formatPersonas(personas.map(({ slug, body }) => ({ slug, ...body }))) }
}

/**
 * Creates or updates the personas of a file, by slug; with any error, none of them. Other personas are not changed.
 * @throws DomainError `invalid` with the line and field of every error
 */
export async function importPersonasYaml(
  ctx: ServiceContext,
  input: ImportPersonasInput,
): Promise<Record<PersonaChange, number>> {
  authorize(ctx, 'persona:write')
  const personas = readFile(ImportPersonasInput.parse(input).yaml)
  return ctx.db.transaction(async (tx) => {
    const counts = { created: 0, updated: 0, unchanged: 0 }
    for (const persona of personas) {
      const { change } = await writePersona(tx, ctx.workspaceId, persona.slug, toPersonaBody(persona))
      counts[change] += 1
    }
    await audit(tx, ctx, 'persona.import', ctx.workspaceId, { ...counts })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'persona', id: ctx.workspaceId })
    return counts
  })
}

function readFile(yaml: string): Persona[] {
  try {
    return parsePersonas(yaml)
  } catch (error) {
    if (!(error instanceof PersonaFileError)) throw error
    throw new DomainError(
      'invalid',
      `The persona file was not imported. ${error.problems.join(' ')}`,
      'Correct these lines and import the file again.',
    )
  }
}
