import type { useTRPCClient } from '../../lib/trpc'

type Client = ReturnType<typeof useTRPCClient>
type Starter = { scope: string; work: () => Promise<string> }

/** The steps that need no choice: each does the work with its defaults and names the page on which to watch it. */
export function startersOf(client: Client): Readonly<Record<string, Starter | undefined>> {
  return {
    data: {
      scope: 'dataset:create',
      work: async () =>
        `/datasets/${(await client.dataset.importSample.mutate({ sample: 'csv' })).datasetVersionId}`,
    },
    starter: {
      scope: 'run:create',
      work: async () => `/runs/${(await client.run.create.mutate({ kind: 'pretrain', config: {} })).id}`,
    },
    variants: {
      scope: 'variant:create',
      work: async () => `/variants/${(await client.variant.createBatch.mutate({})).id}`,
    },
    training: {
      scope: 'run:create',
      work: async () => `/runs/${(await client.run.create.mutate({ kind: 'dpo', config: {} })).id}`,
    },
    evaluation: {
      scope: 'evaluation:create',
      work: async () => `/evaluations/${(await client.evaluation.create.mutate({})).id}`,
    },
    release: { scope: 'deployment:write', work: () => releaseNewest(client) },
  }
}

/** Puts the newest tuned model under the public name that is there already, or under "palate". */
async function releaseNewest(client: Client): Promise<string> {
  const [models, deployments] = await Promise.all([client.model.list.query(), client.deployment.list.query()])
  const newest = models.filter(({ kind }) => kind === 'adapter').at(0)
  if (!newest) throw new Error('There is no tuned model to release yet.')
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
