import { ontology } from '@palate/recipe'
import type { ServiceContext } from '../context'
import type { RunPlan } from './insert'
import type { CreatePretrainInput } from './schemas'
import { storeInput } from './store-input'

/** The starter model is made from the ontology alone: corpus, tokenizer and weights follow from it and the seed. */
export async function planPretrain(ctx: ServiceContext, input: CreatePretrainInput): Promise<RunPlan> {
  const file = await storeInput(ctx.storage, 'ontology.json', `${JSON.stringify(ontology)}\n`)
  const lineage = { ontologySha256: file.sha256 }
  return { name: input.name ?? 'starter', inputs: [file], lineage, size: null }
}
