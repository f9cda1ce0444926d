import { expect, it, vi } from 'vitest'
import { renderPage } from '../../testing/render'
import { VariantsPage } from '../variant/variants-page'
import { ModelsPage } from './models-page'

vi.mock('next/navigation', () => ({ usePathname: () => '/models', useRouter: () => ({}) }))

it('says once that the server fails, not once a list', async () => {
  const markup = await renderPage(<ModelsPage />, (trpc, queryClient) =>
    Promise.all([
      queryClient.prefetchQuery(trpc.model.list.queryOptions()),
      queryClient.prefetchQuery(trpc.deployment.list.queryOptions()),
      queryClient.prefetchQuery(trpc.chat.listFeedback.queryOptions({ limit: 20 })),
    ]),
  )
  expect(markup.match(/role="alert"/g)).toHaveLength(1)
})

it('leads from variants without a model to where one is added', async () => {
  const markup = await renderPage(<VariantsPage />, (trpc, queryClient) => {
    queryClient.setQueryData(trpc.variant.batches.queryKey(), [])
    queryClient.setQueryData(trpc.model.list.queryKey(), [])
    return undefined
  })
  expect(markup).toContain('href="/models"')
  expect(markup).not.toContain('href="/runs"')
})
