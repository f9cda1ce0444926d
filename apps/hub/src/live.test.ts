import { createLiveTicket, createRun } from '@palate/core'
import { createKitchen, type Kitchen } from '@palate/core/testing'
import type { LiveNotice } from '@palate/protocol'
import type { Socket } from 'socket.io-client'
import { expect, it } from 'vitest'
import { connect } from './testing/agent'
import { startTestHub, until } from './testing/hub'

const test = await startTestHub()
const mine = await createKitchen(test.deps)
const other = await createKitchen(test.deps)

async function watch(kitchen: Kitchen): Promise<{ socket: Socket; looks: LiveNotice[] }> {
  const { ticket } = await createLiveTicket(kitchen.viewer)
  const socket = connect(`${test.origin}/live`, { ticket })
  const looks: LiveNotice[] = []
  socket.on('look', (notice: LiveNotice) => looks.push(notice))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return { socket, looks }
}

it('a change is pushed to the browsers of its workspace and to no other', async () => {
  const [here, too, elsewhere] = [await watch(mine), await watch(mine), await watch(other)]
  const run = await createRun(mine.engineer, { kind: 'pretrain', config: {} })
  const notice = { workspaceId: mine.workspaceId, topic: 'run', id: run.id }
  const heard = ({ looks }: { looks: LiveNotice[] }, id: string) => looks.some((look) => look.id === id)
  await until(() => heard(here, run.id) && heard(too, run.id))
  expect(here.looks).toContainEqual(notice)
  expect(too.looks).toContainEqual(notice)
  const theirs = await createRun(other.engineer, { kind: 'pretrain', config: {} })
  await until(() => heard(elsewhere, theirs.id))
  expect(elsewhere.looks.every(({ workspaceId }) => workspaceId === other.workspaceId)).toBe(true)
  expect(elsewhere.looks).toContainEqual({ workspaceId: other.workspaceId, topic: 'run', id: theirs.id })
  expect(here.looks.every(({ workspaceId }) => workspaceId === mine.workspaceId)).toBe(true)
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
])('%s: the door stays shut, with a sentence', async (_name, auth) => {
  const socket = connect(`${test.origin}/live`, await auth())
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve))
  expect(error.message).toMatch(/ticket is not valid any more. Reload the page/)
})
