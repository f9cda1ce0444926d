import { expect, it, vi } from 'vitest'
import type { Outputs } from '../../lib/trpc'
import { renderPage } from '../../testing/render'
import { DeploymentChoice } from './deployment-choice'

vi.mock('next/navigation', () => ({ useRouter: () => ({}) }))

type Deployment = Outputs['deployment']['list'][number]

const deployed = (slug: string, active: boolean) =>
  ({ id: slug, slug, title: slug, active, model: { name: 'smollm2', number: 1 } }) as Deployment
const show = (list: Deployment[]) =>
  renderPage(<DeploymentChoice slug="cook" />, (trpc, queryClient) => {
    queryClient.setQueryData(trpc.deployment.list.queryKey(), list)
    return undefined
  })

it('offers the deployed models to a member where there are several', async () => {
  expect(await show([deployed('cook', true), deployed('chef', true)])).toContain('aria-label="Model"')
  expect(await show([deployed('cook', true), deployed('chef', false)])).toBe('')
})
