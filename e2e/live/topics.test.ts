import { appRouter } from '@palate/api'
import { createRun, recordHardware, saveDeployment } from '@palate/core'
import { createModel, createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { type HardwareSample, liveTopics, ServeStart } from '@palate/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { connectAgent } from '../../apps/hub/src/testing/agent'
import { startTestHub, until } from '../../apps/hub/src/testing/hub'
import { metricsQuery } from '../../apps/web/features/run/chart/metrics'
import { concerns } from '../../apps/web/lib/live-queries'
import { openBrowser } from './browser'

const hub = await startTestHub()
const fixture = await createWorkspaceFixture(hub.deps)
const user = { userId: fixture.people.viewer, workspaceId: fixture.workspaceId }

const queries = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
)
  .filter(([, { _def }]) => _def.type === 'query')
  .map(([path]) => path)
const concernedBy = (topic: (typeof liveTopics)[number]) =>
  queries.filter((path) =>
    concerns({ topic, id: 'x' }, { path, input: { id: 'x', runId: 'x' }, data: undefined }),
  )

type Browser = ReturnType<typeof openBrowser>

/** Opens a tab on a page and waits for all that it asks at first. */
async function openPage(show: (browser: Browser) => void): Promise<Browser> {
  const browser = openBrowser(hub.deps, hub.origin, user)
  onTestFinished(browser.close)
  const { socket, queryClient, asked } = browser
  await until(() => socket.connected)
  show(browser)
  await until(
    () => queryClient.isFetching() === 0 && asked.length > queryClient.getQueryCache().getAll().length,
  )
  return browser
}

/** The queries of a run's page, with the shell around it, and one that a hardware sample concerns. */
function showRunPage({ trpc, client, queryClient, show }: Browser, id: string) {
  show(trpc.run.get.queryOptions({ id }))
  show(metricsQuery(client, queryClient, id))
  show(trpc.run.logs.queryOptions({ runId: id }))
  show(trpc.run.samples.queryOptions({ runId: id }))
  show(trpc.run.artifacts.queryOptions({ runId: id }))
  show(trpc.run.summary.queryOptions({ id }))
  show(trpc.run.preflight.queryOptions({ id }))
  show(trpc.overview.get.queryOptions())
  show(trpc.agent.list.queryOptions())
  show(trpc.session.me.queryOptions())
  show(trpc.agent.gauges.queryOptions())
}

const sample: HardwareSample = {
  ...{ at: 0, cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskFreeBytes: null, diskTotalBytes: null },
  gpus: [],
}

it('a chat answer makes no run page ask again, and the page that counts answers asks once', async () => {
  await createVegan(fixture.engineer)
  const { id: modelVersionId } = await createModel(hub.deps, fixture.workspaceId)
  await saveDeployment(fixture.engineer, { slug: 'cook', title: 'The cook', modelVersionId, active: true })
  const agent = await connectAgent(hub.origin, fixture.owner)
  await agent.hello()
  const { id } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const runPage = await openPage((browser) => showRunPage(browser, id))
  const modelsPage = await openPage(({ show, trpc }) => show(trpc.deployment.list.queryOptions()))
  const { agentId } = agent
  // Notices come in their order: once the sample's is there, all before it have been there too.
  const catchUp = async () => {
    const count = runPage.asked.length
    await recordHardware({ ...fixture.engineer, agentId }, { sample })
    await until(() => runPage.asked.includes('agent.gauges', count) && runPage.queryClient.isFetching() === 0)
  }
  await catchUp()
  runPage.asked.length = 0
  modelsPage.asked.length = 0

  agent.socket.once('serve-start', (raw: unknown, ack: (value: null) => void) => {
    const { requestId } = ServeStart.parse(raw)
    ack(null)
    agent.socket.emit('serve-token', { requestId, text: '# Bean soup' })
    const figures = { promptTokens: 40, completionTokens: 1, durationMs: 12, error: null }
    agent.socket.emit('serve-end', { requestId, finishReason: 'stop', ...figures })
  })
  const palate = { persona: 'mexican-vegan', inventory: ['corn'], request: 'A soup.', visitorId: 'visitor-1' }
  const body = JSON.stringify({ model: 'cook', palate })
  const response = await fetch(`${hub.origin}/v1/chat/completions`, { method: 'POST', body })
  expect(await response.text()).toContain('# Bean soup')
  await until(() => modelsPage.asked.length > 0)
  await catchUp()
  expect(runPage.asked).toEqual(['agent.gauges'])
  expect(modelsPage.asked).toEqual(['deployment.list'])
})

it('every topic concerns queries that exist, and the chat only those that show it', () => {
  expect(concernedBy('chat')).toEqual(['deployment.list'])
  expect(concernedBy('run-metrics')).toEqual(['run.metrics'])
  for (const topic of liveTopics) expect(concernedBy(topic), topic).not.toEqual([])
  expect(concernedBy('workspace')).not.toContain('label.next')
})

it('a run that changes leaves the page of another run alone', async () => {
  const [{ id: first }, { id: second }] = [
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} }),
    await createRun(fixture.engineer, { kind: 'pretrain', config: {} }),
  ]
  const of = (id: string, topic: (typeof liveTopics)[number]) =>
    ['run.get', 'run.metrics', 'run.logs', 'run.summary'].filter((path) =>
      concerns({ topic, id: first }, { path, input: { id, runId: id }, data: { id, status: 'running' } }),
    )
  for (const topic of ['run', 'run-progress', 'run-metrics', 'run-logs', 'queue'] as const)
    expect(of(second, topic), topic).toEqual([])
  expect(of(first, 'run')).toHaveLength(4)
})
