import type { useTRPCClient } from '../../lib/trpc'

type Client = ReturnType<typeof useTRPCClient>
type Starter = { scope: string; start: () => Promise<string> }

/** The steps that need no choice: each starts the work with its defaults and returns the page that shows it. */
export function startersOf(client: Client): Readonly<Record<string, Starter | undefined>> {
  return {
    datasets: {
      scope: 'dataset:create',
      start: async () =>
        `/datasets/${(await client.dataset.importSample.mutate({ sample: 'csv' })).datasetVersionId}`,
    },
    starter: {
      scope: 'run:create',
      start: async () => `/runs/${(await client.run.create.mutate({ kind: 'pretrain', config: {} })).id}`,
    },
    variants: {
      scope: 'variant:create',
      start: async () => `/variants/${(await client.variant.createBatch.mutate({})).id}`,
    },
    runs: {
      scope: 'run:create',
      start: async () => `/runs/${(await client.run.create.mutate({ kind: 'dpo', config: {} })).id}`,
    },
    evaluations: {
      scope: 'evaluation:create',
      start: async () => `/evaluations/${(await client.evaluation.create.mutate({})).id}`,
    },
    models: { scope: 'deployment:write', start: () => deployNewest(client) },
  }
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
