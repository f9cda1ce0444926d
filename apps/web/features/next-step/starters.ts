import { guidedModel, type Round, roundOf, rounds } from '@palate/protocol'
import type { Inputs, Outputs, useTRPCClient } from '../../lib/trpc'

type Client = ReturnType<typeof useTRPCClient>
export type StepAction = NonNullable<NonNullable<Outputs['overview']['get']['next']>['action']>
type Starter = { scope: string; start: () => Promise<string> }

/** The steps that need no choice: each starts the work with its defaults and returns the page that shows it. */
export function startersOf(client: Client): Readonly<Record<StepAction, Starter>> {
  const { dataset, evaluation, model, run, variant } = client
  return {
    'add-sample': {
      scope: 'dataset:create',
      start: async () =>
        `/datasets/${(await dataset.importSample.mutate({ sample: 'csv' })).datasetVersionId}`,
    },
    'add-smollm2': {
      scope: 'run:create',
      start: async () =>
        `/runs/${(await model.add.mutate({ source: { from: 'starting', id: guidedModel.id } })).runId}`,
    },
    'train-starter': {
      scope: 'run:create',
      start: async () => `/runs/${(await run.create.mutate({ kind: 'pretrain', config: {} })).id}`,
    },
    'write-variants': {
      scope: 'variant:create',
      start: async () => {
        const { batch } = await readRound(client, 'variants')
        return `/variants/${(await variant.createBatch.mutate(batch)).id}`
      },
    },
    'train-on-votes': {
      scope: 'run:create',
      // The server takes the settings that suit the model.
      start: async () => `/runs/${(await run.create.mutate({ kind: 'dpo' })).id}`,
    },
    evaluate: {
      scope: 'evaluation:create',
      start: async () => {
        const round = await readRound(client, 'evaluation')
        return `/evaluations/${(await evaluation.create.mutate(round.evaluation)).id}`
      },
    },
    deploy: { scope: 'deployment:write', start: () => deployNewest(client) },
  }
}

/** The settings that suit the model which is taken without a choice; the forms begin with the same. */
async function readRound(client: Client, use: Inputs['model']['choices']['use']): Promise<Round> {
  const { models, defaultId } = await client.model.choices.query({ use })
  return rounds[roundOf(models, defaultId)]
}

/** Deploys the newest tuned model that can be served under the existing public name, or under "palate" if there is none. */
async function deployNewest(client: Client): Promise<string> {
  const [{ models, defaultId }, deployments] = await Promise.all([
    client.model.choices.query({ use: 'deployment' }),
    client.deployment.list.query(),
  ])
  const newest = models.find(({ id }) => id === defaultId)
  if (newest?.kind !== 'adapter')
    throw new Error('There is no tuned model to deploy yet. Train one on the votes first.')
  const known = deployments[0]
  await client.deployment.save.mutate({
    id: known?.id,
    slug: known?.slug ?? 'palate',
    title: known?.title ?? 'Palate',
    modelVersionId: newest.id,
    active: true,
  })
  return '/models'
}
