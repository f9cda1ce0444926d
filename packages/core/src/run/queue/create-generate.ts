import type { RunInput, Transaction } from '@palate/db'
import { GenerateConfig, GenerateItem } from '@palate/protocol'
import { z } from 'zod'
import type { ServiceContext } from '../../context'
import { insertRun, type RunRow, storeInput, toJsonLines } from './insert'

export interface GenerateRequest {
  name: string
  seed: number
  /** The weights by the model name that the items use. */
  models: Record<string, { base: RunInput; adapter: RunInput | null }>
  items: GenerateItem[]
  lineage: Record<string, unknown>
}

/** Queues a run that generates texts, for a batch of variants or an evaluation. The caller has authorized. */
export async function createGenerateRun(
  tx: Transaction,
  ctx: ServiceContext,
  request: GenerateRequest,
): Promise<RunRow> {
  const items = z.array(GenerateItem).min(1).parse(request.items)
  const unknown = items.find((item) => !(item.model in request.models))
  if (unknown) throw new Error(`Item ${unknown.itemId} needs the model ${unknown.model}, which is missing.`)
  const inputs: RunInput[] = []
  const models: GenerateConfig['models'] = {}
  for (const [name, { base, adapter }] of Object.entries(request.models))
    models[name] = {
      base: nameInput(inputs, 'base', base),
      adapter: adapter && nameInput(inputs, 'adapter', adapter),
    }
  inputs.push(await storeInput(ctx.storage, 'items.jsonl', toJsonLines(items)))
  const { name, seed, lineage } = request
  const config = GenerateConfig.parse({ models, items: 'items.jsonl' })
  return insertRun(tx, ctx, { kind: 'generate', name, seed, config, inputs, lineage })
}

/** Weights that several models share become one input. The names are `base.gguf`, `base-2.gguf` and so on. */
function nameInput(inputs: RunInput[], stem: 'base' | 'adapter', file: RunInput): string {
  const alike = inputs.filter(({ name }) => name.startsWith(stem))
  const known = alike.find(({ sha256 }) => sha256 === file.sha256)
  if (known) return known.name
  const name = alike.length === 0 ? `${stem}.gguf` : `${stem}-${alike.length + 1}.gguf`
  inputs.push({ ...file, name })
  return name
}
