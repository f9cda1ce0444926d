import { type RunInput, run, type Transaction } from '@palate/db'
import { ImportConfig, type ImportSource, nameModelSource, RunNeeds, startingModels } from '@palate/protocol'
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { insertRun } from '../run/queue/insert'
import { storeHubToken } from './hub-token'
import { type AddedModel, AddModelInput } from './schemas'
import { bindUpload, takeUpload } from './uploaded'

type Input = z.output<typeof AddModelInput>

/**
 * Queues an import: an agent fetches the model, makes the files for training and serving, compares trainer and server,
 * and the model is registered. Returns the import of the same source that is queued or running, if there is one.
 */
export async function addModel(ctx: ServiceContext, raw: AddModelInput): Promise<AddedModel> {
  authorize(ctx, 'run:create')
  const input = AddModelInput.parse(raw)
  requireFitting(input)
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`import ${ctx.workspaceId}`}))`)
    const { source, inputs = [], lineage = {}, ...known } = await resolveSource(tx, ctx, input)
    if (known.importedBy) return known.importedBy
    const { recipeAdapter = false } = known
    const { quantization, chatTemplate } = input
    const config = ImportConfig.parse({ source, quantization, chatTemplate, recipeAdapter })
    const open = source.from === 'upload' ? undefined : await findOpen(tx, ctx.workspaceId, config)
    if (open) return open
    const row = await insertRun(tx, ctx, {
      kind: 'import',
      name: input.name ?? known.name,
      seed: 0,
      config,
      inputs,
      needs: RunNeeds.parse({ agentId: input.agentId ?? null }),
      lineage: {
        source: nameModelSource(source),
        ...lineage,
        ...(known.license ? { license: known.license } : {}),
      },
    })
    if (input.hubToken) await storeHubToken(tx, ctx, { runId: row.id, token: input.hubToken })
    if (input.source.from === 'upload') await bindUpload(tx, input.source.uploadId, row.id)
    await audit(tx, ctx, 'model.add', row.id, { source: nameModelSource(source) })
    return { runId: row.id, number: row.number }
  })
}

interface Resolved {
  source: ImportSource
  name: string
  /** Of the list of starting models; the files of other sources may say it themselves. */
  license?: string
  recipeAdapter?: boolean
  inputs?: RunInput[]
  lineage?: Record<string, string>
  /** The import that has taken this upload already. */
  importedBy?: AddedModel
}

function requireFitting({ source, agentId, hubToken, chatTemplate }: Input): void {
  if (source.from === 'upload' && source.format === 'adapter' && chatTemplate && chatTemplate !== 'own')
    throw new DomainError(
      'invalid',
      'An adapter has the chat template of its base.',
      'Leave the template out.',
    )
  if (source.from === 'folder' && !agentId)
    throw new DomainError(
      'invalid',
      'A folder is on the machine of one agent, and none was named.',
      'Choose the agent.',
    )
  if (hubToken && source.from !== 'hub')
    throw new DomainError('invalid', 'Only the Hugging Face hub takes an access token.', 'Leave it out.')
}

async function resolveSource(
  tx: Transaction,
  ctx: ServiceContext,
  { source, chatTemplate }: Input,
): Promise<Resolved> {
  if (source.from === 'starting') {
    const { title, name, license, recipeAdapter, ...model } = required(
      startingModels.find(({ id }) => id === source.id),
      'This starting model',
    )
    if (recipeAdapter && chatTemplate && chatTemplate !== 'own')
      throw new DomainError(
        'invalid',
        `${title} keeps its own chat template: the adapter was trained on it.`,
        'Choose its own template, or the model without the adapter.',
      )
    return { source: model.source, name, license, recipeAdapter }
  }
  if (source.from === 'upload') return takeUpload(tx, ctx.workspaceId, source)
  const path = source.from === 'hub' ? source.id : source.path
  const parts = path.split(/[\\/]/).filter(Boolean)
  return { source, name: (parts.at(-1) ?? path).slice(0, 80) }
}

async function findOpen(
  tx: Transaction,
  workspaceId: string,
  config: ImportConfig,
): Promise<AddedModel | undefined> {
  const [open] = await tx
    .select({ runId: run.id, number: run.number })
    .from(run)
    .where(
      and(
        eq(run.workspaceId, workspaceId),
        eq(run.kind, 'import'),
        inArray(run.status, ['queued', 'running']),
        sql`${run.config} = ${JSON.stringify(config)}::jsonb`,
      ),
    )
    .limit(1)
  return open
}
