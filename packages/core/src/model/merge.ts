import { ImportConfig } from '@palate/protocol'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError } from '../error'
import { authorize } from '../permission'
import { insertRun } from '../run/queue/insert'
import { getModelRow } from './find'
import { type AddedModel, MergeModelInput } from './schemas'

/**
 * Queues a run that makes a whole model of an adapter and its imported base: merged, in the asked quantization, compared
 * with the server and registered as a base of its own.
 */
export async function mergeModel(ctx: ServiceContext, raw: MergeModelInput): Promise<AddedModel> {
  authorize(ctx, 'run:create')
  const { id, name, quantization } = MergeModelInput.parse(raw)
  const { workspaceId } = ctx
  return ctx.db.transaction(async (tx) => {
    const adapter = await getModelRow(tx, workspaceId, id)
    if (adapter.kind !== 'adapter' || !adapter.baseId)
      throw new DomainError('invalid', 'Only an adapter can be merged into its base.', 'Choose an adapter.')
    const base = await getModelRow(tx, workspaceId, adapter.baseId)
    if (!base.facts)
      throw new DomainError(
        'invalid',
        `${base.name} v${base.number} was trained here and not imported, so it is served with its adapters only.`,
        'Choose an adapter on an imported model.',
      )
    const row = await insertRun(tx, ctx, {
      kind: 'import',
      name: name ?? `${adapter.name} merged`.slice(0, 80),
      seed: 0,
      config: ImportConfig.parse({ quantization }),
      inputs: [...base.files, ...adapter.files, base.gguf],
      lineage: {
        baseModelVersionId: base.id,
        adapterModelVersionId: adapter.id,
        ...(base.facts.license ? { license: base.facts.license } : {}),
      },
    })
    await audit(tx, ctx, 'model.merge', row.id, { modelVersionId: id })
    return { runId: row.id, number: row.number }
  })
}
