import {
  type Actor,
  createApiKey,
  createLiveTicket,
  createRun,
  openSession,
  revokeApiKey,
  signOut,
} from '@palate/core'
import { createWorkspaceFixture, type WorkspaceFixture } from '@palate/core/testing'
import type { LiveNotice } from '@palate/protocol'
import type { Socket } from 'socket.io-client'
import { expect, it } from 'vitest'
import { connect } from './testing/agent'
import { startTestHub, until } from './testing/hub'

const test = await startTestHub()
const mine = await createWorkspaceFixture(test.deps)
const other = await createWorkspaceFixture(test.deps)

async function watch(
  fixture: Pick<WorkspaceFixture, 'viewer'>,
): Promise<{ socket: Socket; changes: LiveNotice[] }> {
  const { ticket } = await createLiveTicket(fixture.viewer)
  const socket = connect(`${test.origin}/live`, { ticket })
  const changes: LiveNotice[] = []
  socket.on('changed', (notice: LiveNotice) => changes.push(notice))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return { socket, changes }
}

it('a change is pushed to the browsers of its workspace and to no other', async () => {
  const [here, too, elsewhere] = [await watch(mine), await watch(mine), await watch(other)]
  const run = await createRun(mine.engineer, { kind: 'pretrain', config: {} })
  const notice = { workspaceId: mine.workspaceId, topic: 'run', id: run.id }
  const heard = ({ changes }: { changes: LiveNotice[] }, id: string) =>
    changes.some((changed) => changed.id === id)
  await until(() => heard(here, run.id) && heard(too, run.id))
  expect(here.changes).toContainEqual(notice)
  expect(too.changes).toContainEqual(notice)
  const theirs = await createRun(other.engineer, { kind: 'pretrain', config: {} })
  await until(() => heard(elsewhere, theirs.id))
  expect(elsewhere.changes.every(({ workspaceId }) => workspaceId === other.workspaceId)).toBe(true)
  expect(elsewhere.changes).toContainEqual({ workspaceId: other.workspaceId, topic: 'run', id: theirs.id })
  expect(here.changes.every(({ workspaceId }) => workspaceId === mine.workspaceId)).toBe(true)
})

it.each([
  ['no ticket', async () => ({})],
  [
    'a ticket for something else',
    async () => ({
      ticket: await test.deps.tickets.sign('upload', { workspaceId: mine.workspaceId, uploadId: 'x' }, 60),
    }),
  ],
  [
    'an old ticket',
    async () => ({
      ticket: await test.deps.tickets.sign('live', { workspaceId: mine.workspaceId, userId: 'x' }, -1),
    }),
  ],
])('%s: the socket is refused with a reason', async (_name, auth) => {
  const socket = connect(`${test.origin}/live`, await auth())
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve))
  expect(error.message).toMatch(/ticket is not valid or has expired/)
})

it('a socket is closed within seconds of the end of its session, its key or its membership', async () => {
  const { owner, people, workspaceId } = mine
  const origin = { address: '192.0.2.1', userAgent: 'test' }
  const open = () =>
    test.deps.all.transaction((tx) => openSession(tx, { userId: people.owner, now: new Date(), origin }))
  const [ended, kept] = [await open(), await open()]
  const { id: keyId } = await createApiKey(owner, { name: 'script' })
  const as = (actor: Actor) => watch({ viewer: { ...owner, actor } })
  const person = { kind: 'user', userId: people.owner } as const
  const [here, there, script, member] = [
    await as({ ...person, sessionId: kept }),
    await as({ ...person, sessionId: ended }),
    await as({ kind: 'apiKey', keyId, userId: people.owner }),
    await as({ kind: 'user', userId: people.labeler }),
  ]
  const ticket = await createLiveTicket({ ...owner, actor: { ...person, sessionId: ended } })
  await signOut(test.deps, ended)
  await revokeApiKey(owner, { id: keyId })
  await test.deps
    .owner`delete from membership where user_id = ${people.labeler} and workspace_id = ${workspaceId}`
  await until(() => [there, script, member].every(({ socket }) => socket.disconnected), 10_000)
  expect(here.socket.connected).toBe(true)
  const late = connect(`${test.origin}/live`, ticket)
  const error = await new Promise<Error>((resolve) => late.once('connect_error', resolve))
  expect(error.message).toBe('This session has ended. Sign in again.')
})
