import { persona } from '@palate/db'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { PersonaRef } from './schemas'
import { lockPersona } from './write'

/** Hides a persona from the lists. Its versions stay, because votes and runs refer to them. */
export async function archivePersona(ctx: ServiceContext, input: PersonaRef): Promise<{ id: string }> {
  authorize(ctx, 'persona:write')
  const { id } = PersonaRef.parse(input)
  return ctx.db.transaction(async (tx) => {
    const row = await lockPersona(tx, ctx.workspaceId, id)
    await tx.update(persona).set({ archivedAt: ctx.now() }).where(eq(persona.id, row.id))
    await audit(tx, ctx, 'persona.archive', id, { slug: row.slug })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'persona', id })
    return { id }
  })
}
