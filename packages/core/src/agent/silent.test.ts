import { agent } from '@palate/db'
import { type LiveNotice, liveChannel } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { onlineMs } from '../agent-status'
import { createAgent, createTestDeps, createWorkspaceFixture } from '../testing'
import { announceSilentAgents, touchAgent } from './index'

const deps = await createTestDeps()

test('an agent that becomes offline by silence is announced, one that sends or has long been offline is not', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const [silent, alive, gone] = [
    await createAgent(deps, workspaceId, 'silent'),
    await createAgent(deps, workspaceId, 'alive'),
    await createAgent(deps, workspaceId, 'gone'),
  ]
  const seen = async (agentId: string, msAgo: number) => {
    const at = new Date(deps.now().getTime() - msAgo)
    await deps.all.update(agent).set({ connectedAt: at, lastSeenAt: at }).where(eq(agent.id, agentId))
  }
  await seen(silent.agentId, onlineMs + 5000)
  await seen(gone.agentId, onlineMs + 100_000)
  await touchAgent(alive)
  const notices: LiveNotice[] = []
  let last: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    last = resolve
  })
  const { unlisten } = await deps.sql.listen(liveChannel, (payload) => {
    if (payload === 'last') last()
    else notices.push(JSON.parse(payload) as LiveNotice)
  })
  await announceSilentAgents(deps, 45_000)
  await deps.sql`select pg_notify(${liveChannel}, 'last')`
  await done
  await unlisten()
  expect(notices).toEqual([{ workspaceId, topic: 'agent', id: silent.agentId }])
})
