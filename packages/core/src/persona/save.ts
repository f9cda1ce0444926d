import { persona, type Transaction } from '@palate/db'
import { and, eq, isNull, ne } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { type PersonaView, readPersonas } from './read'
import { SavePersonaInput } from './schemas'
import { addVersion, lockPersona, writePersona } from './write'

/**
 * Creates a persona, or a new version of one. An edit without a change makes no version.
 * @throws DomainError `not_found`, or `conflict` when another persona has the slug
 */
export async function savePersona(ctx: ServiceContext, input: SavePersonaInput): Promise<PersonaView> {
  authorize(ctx, 'persona:write')
  const { id: given, slug, body } = SavePersonaInput.parse(input)
  return ctx.db.transaction(async (tx) => {
    const row = given ? await lockPersona(tx, ctx.workspaceId, given) : null
    const [old] = row ? await readPersonas(tx, ctx.workspaceId, { ids: [row.id] }) : []
    await refuseTakenSlug(tx, ctx.workspaceId, slug, given)
    if (row && row.slug !== slug) await tx.update(persona).set({ slug }).where(eq(persona.id, row.id))
    if (row) await addVersion(tx, ctx.workspaceId, row.id, body)
    const id = row?.id ?? (await writePersona(tx, ctx.workspaceId, slug, body)).id
    const [view] = await readPersonas(tx, ctx.workspaceId, { ids: [id] })
    const saved = required(view, 'This persona')
    await audit(tx, ctx, 'persona.save', id, { before: shown(old), after: shown(saved) })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'persona', id })
    return saved
  })
}

/** What the audit log says of a persona. */
const shown = (view: PersonaView | undefined) =>
  view && { slug: view.slug, number: view.number, body: view.body }

/** A new persona may take the slug of an archived one, which it then restores; an existing persona may not. */
async function refuseTakenSlug(tx: Transaction, workspaceId: string, slug: string, id: string | undefined) {
  const [other] = await tx
    .select({ id: persona.id })
    .from(persona)
    .where(
      and(
        eq(persona.workspaceId, workspaceId),
        eq(persona.slug, slug),
        id ? ne(persona.id, id) : isNull(persona.archivedAt),
      ),
    )
  if (!other) return
  throw new DomainError(
    'conflict',
    `Another persona is already called "${slug}".`,
    'Choose another short name.',
  )
}
