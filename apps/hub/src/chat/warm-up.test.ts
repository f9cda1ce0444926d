import { saveDeployment } from '@palate/core'
import { createModel, createVegan, createWorkspaceFixture } from '@palate/core/testing'
import { ServeReleased, ServeStart, ServeWarmUp } from '@palate/protocol'
import { describe, expect, it } from 'vitest'
import { connectAgent, postJson } from '../testing/agent'
import { startTestHub } from '../testing/hub'

const test = await startTestHub()
const fixture = await createWorkspaceFixture(test.deps)
await createVegan(fixture.engineer)
const base = await createModel(test.deps, fixture.workspaceId)
const tuned = await createModel(test.deps, fixture.workspaceId, base)
await saveDeployment(fixture.engineer, {
  ...{ slug: 'cook', title: 'The cook', modelVersionId: tuned.id, active: true },
})
const agent = await connectAgent(test.origin, fixture.owner)
await agent.hello()

let addresses = 0

/** The warm-ups that the agent gets while `work` is done. */
async function warmUpsDuring(work: () => Promise<unknown>): Promise<ServeWarmUp[]> {
  const seen: ServeWarmUp[] = []
  const note = (raw: unknown) => void seen.push(ServeWarmUp.parse(raw))
  agent.socket.on('serve-warm-up', note)
  await work()
  await agent.hello() // what was sent before its reply has arrived
  agent.socket.off('serve-warm-up', note)
  return seen
}

const warmUp = (body: object, address = `203.0.113.${++addresses}`) =>
  postJson(`${test.origin}/v1/warm-up`, body, { 'x-forwarded-for': address })

it('an agent learns what is released when it connects and when a deployment changes', async () => {
  const reports: ServeReleased[] = []
  agent.socket.on('serve-released', (raw: unknown) => reports.push(ServeReleased.parse(raw)))
  const expectReleased = (ids: string[]) =>
    expect
      .poll(
        () =>
          reports
            .at(-1)
            ?.models.map(({ modelVersionId }) => modelVersionId)
            .sort(),
        { timeout: 60_000 },
      )
      .toEqual(ids.sort())
  await agent.hello()
  await expectReleased([tuned.id])
  expect(reports.at(-1)?.systems).toEqual([expect.stringContaining('chicken')])
  const second = { slug: 'plain', title: 'Plain', modelVersionId: base.id }
  const { id } = await saveDeployment(fixture.engineer, { ...second, active: true })
  await expectReleased([base.id, tuned.id])
  await saveDeployment(fixture.engineer, { id, ...second, active: false })
  await expectReleased([tuned.id])
})

describe('a warm-up', () => {
  const opened = { model: 'cook', persona: 'mexican-vegan' }

  it('has the agent open the model with the system prompt of the next question, once a minute', async () => {
    const [first, ...more] = await warmUpsDuring(async () => {
      for (let times = 0; times < 5; times += 1) expect((await warmUp(opened)).status).toBe(202)
    })
    const asked = new Promise<ServeStart>((resolve) => {
      agent.socket.once('serve-start', (raw: unknown, ack: (value: null) => void) => {
        ack(null)
        resolve(ServeStart.parse(raw))
      })
    })
    const palate = {
      persona: opened.persona,
      inventory: ['corn'],
      request: 'A soup.',
      visitorId: 'visitor-1',
    }
    const leave = new AbortController()
    const asking = fetch(`${test.origin}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'cook', stream: true, palate }),
      signal: leave.signal,
    })
    const { model, messages } = await asked
    await asking
    leave.abort()
    expect(first).toMatchObject({
      model: { modelVersionId: model.modelVersionId, base: model.base, adapter: model.adapter },
      system: messages[0]?.content,
    })
    expect(more).toEqual([])
  })

  it('of an unknown model or persona reaches no agent, and one address may not ask without end', async () => {
    const seen = await warmUpsDuring(async () => {
      expect((await warmUp({ ...opened, model: 'none' })).status).toBe(404)
      expect((await warmUp({ ...opened, persona: 'none' })).status).toBe(202)
      const address = `203.0.113.${++addresses}`
      const statuses = []
      for (let times = 0; times < 25; times += 1)
        statuses.push((await warmUp({ ...opened, persona: `none-${times}` }, address)).status)
      expect([statuses[0], statuses.at(-1)]).toEqual([202, 429])
    })
    expect(seen).toEqual([])
  })
})
