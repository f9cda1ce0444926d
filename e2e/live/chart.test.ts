import { createRun } from '@palate/core'
import { createWorkspaceFixture } from '@palate/core/testing'
import type { MetricAxis, SpooledEvent } from '@palate/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { connectAgent, openAgent, type TestAgent } from '../../apps/hub/src/testing/agent'
import { openTestDeps, startTestHub, until } from '../../apps/hub/src/testing/hub'
import { type Metrics, metricsQuery } from '../../apps/web/features/run/chart/metrics'
import { openBrowser } from './browser'

const opened = await openTestDeps()

const waitMs = 20_000

/** What a trainer and its agent have sent, by axis and key, in the order of its positions. */
class Sent {
  private seq = 0
  readonly points = new Map<string, [position: number, value: number][]>()

  /** Ten steps of a slow training: the machine's seconds run far ahead of the trainer's steps. */
  tenSteps(from: number): SpooledEvent[] {
    return Array.from({ length: 10 }, (_, at) => from + at).flatMap((step) => [
      this.metric('seconds', 600 + step * 30, { 'system/cpu': 1 / step, 'system/memory': 0.5 }),
      this.metric('step', step, { loss: 8 / step, grad_norm: step }),
      ...(step % 7 === 0 ? [this.metric('step', step, { 'eval/loss': 9 / step })] : []),
    ])
  }

  private metric(axis: MetricAxis, position: number, values: Record<string, number>): SpooledEvent {
    for (const [key, value] of Object.entries(values)) {
      const points = this.points.get(`${axis} ${key}`) ?? []
      this.points.set(`${axis} ${key}`, [...points, [position, value]])
    }
    this.seq += 1
    return { seq: this.seq, at: 0, event: { type: 'metric', axis, position, time: 0, values } }
  }
}

const byName = (metrics: Metrics | undefined) =>
  new Map((metrics?.series ?? []).map(({ axis, key, points }) => [`${axis} ${key}`, points]))

it('a live chart misses no point and has none twice, whatever its axis, with the hub restarted in between', async () => {
  const fixture = await createWorkspaceFixture(opened.deps)
  const { hub, origin } = await startTestHub({}, opened, onTestFinished)
  let agent: TestAgent = await connectAgent(origin, fixture.owner)
  await agent.hello()
  const { id: runId } = await createRun(fixture.engineer, { kind: 'pretrain', config: {} })
  const attempt = await agent.lease('pretrain')

  const user = { userId: fixture.people.viewer, workspaceId: fixture.workspaceId }
  const browser = openBrowser(opened.deps, origin, user)
  onTestFinished(browser.close)
  const chart = browser.show<Metrics>(metricsQuery(browser.client, browser.queryClient, runId))
  await until(() => browser.socket.connected && chart(), waitMs)

  const sent = new Sent()
  const isShown = () => expect(byName(chart())).toEqual(sent.points)
  const train = async (from: number) => {
    await agent.send(attempt, sent.tenSteps(from))
    await until(() => passes(isShown), waitMs)
  }
  for (const from of [1, 11, 21]) await train(from)

  await hub.close()
  await until(() => !browser.socket.connected, waitMs)
  const { port } = new URL(origin)
  await startTestHub({ HUB_PORT: port }, opened, onTestFinished)
  agent = await openAgent(origin, agent.agentId, agent.credential)
  await agent.hello({ running: [{ ...refOf(attempt), lastSeq: 0 }] })
  for (const from of [31, 41]) await train(from)

  // Faster than a chart asks: what arrives within one notice, or while an answer is on its way, is shown as well.
  const requests = browser.asked.length
  for (const from of [51, 61, 71, 81, 91]) await agent.send(attempt, sent.tenSteps(from))
  await until(() => passes(isShown), waitMs)
  isShown()
  expect(browser.asked.slice(requests).filter((path) => path === 'run.metrics').length).toBeLessThan(5)
})

const refOf = ({ runId, attemptId, epoch }: { runId: string; attemptId: string; epoch: number }) => ({
  ...{ runId, attemptId, epoch },
})

function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}
