import { membership, newId } from '@palate/db'
import { expect, test } from 'vitest'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { changePassword } from './change-password'
import { createUser } from './create'
import {
  endOtherSessions,
  endSession,
  listSessions,
  resolveSession,
  sessionSeconds,
  signOut,
} from './session'
import { signIn } from './sign-in'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)
const home = { address: '192.0.2.1', userAgent: 'Mozilla/5.0' }
let count = 0

/** A new member, and what signs them in. */
async function newPerson() {
  count += 1
  const credentials = { email: `person${count}@example.org`, password: 'a long enough one' }
  const { id } = await deps.all.transaction((tx) => createUser(tx, { ...credentials, name: 'Person' }))
  await deps.all
    .insert(membership)
    .values({ id: newId('mem'), workspaceId: fixture.workspaceId, userId: id, role: 'engineer' })
  const enter = async (password = credentials.password) => {
    const signedIn = await signIn(deps, { ...credentials, password }, home)
    return signedIn && (await resolveSession(deps, signedIn.sessionId))
  }
  return { enter }
}

async function enterTwice() {
  const person = await newPerson()
  const [here, there] = [await person.enter(), await person.enter()]
  if (!here?.sessionId || !there?.sessionId) throw new Error('no session')
  return { ...person, here: { ...here, id: here.sessionId }, there: { ...there, id: there.sessionId } }
}

test('a session ends at sign-out, and only that one', async () => {
  const { here, there } = await enterTwice()
  await signOut(deps, there.id)
  expect(await resolveSession(deps, there.id)).toBeNull()
  expect(await resolveSession(deps, here.id)).toMatchObject({ userId: here.userId })
  await signOut(deps, there.id)
  expect(await resolveSession(deps, 'ses_made_up')).toBeNull()
})

test('a person sees their sessions and ends them; nobody else can', async () => {
  const { here, there } = await enterTwice()
  const other = await enterTwice()
  const list = await listSessions(deps, here)
  expect(list.map(({ id, current }) => [id, current])).toEqual(
    expect.arrayContaining([
      [here.id, true],
      [there.id, false],
    ]),
  )
  expect(list[0]).toMatchObject(home)
  await expect(endSession(deps, other.here, { id: here.id })).rejects.toMatchObject({ code: 'not_found' })
  await endSession(deps, here, { id: there.id })
  expect(await resolveSession(deps, there.id)).toBeNull()
  expect(await endOtherSessions(deps, other.here)).toEqual({ ended: 1 })
  expect(await resolveSession(deps, other.here.id)).not.toBeNull()
})

test('an API key cannot manage the account of its creator', async () => {
  const key = {
    kind: 'apiKey',
    keyId: 'key_1',
    userId: fixture.people.owner,
    workspaceId: fixture.workspaceId,
  } as const
  await expect(listSessions(deps, key)).rejects.toMatchObject({ code: 'forbidden' })
  const input = { current: 'x', next: 'a long enough two' }
  await expect(changePassword(deps, key, input)).rejects.toMatchObject({ code: 'forbidden' })
})

test('a new password ends all other sessions, and the old password stops working', async () => {
  const { here, there, enter } = await enterTwice()
  const next = 'a long enough two'
  await expect(changePassword(deps, here, { current: 'wrong', next })).rejects.toMatchObject({
    code: 'invalid',
  })
  expect(await resolveSession(deps, there.id)).not.toBeNull()
  expect(await changePassword(deps, here, { current: 'a long enough one', next })).toEqual({ ended: 1 })
  expect(await resolveSession(deps, there.id)).toBeNull()
  expect(await resolveSession(deps, here.id)).not.toBeNull()
  expect(await enter()).toBeNull()
  expect(await enter(next)).not.toBeNull()
})

test('a session that is not used for 14 days has ended; use prolongs it', async () => {
  const { here, there } = await enterTwice()
  deps.advance((sessionSeconds - 60) * 1000)
  expect(await resolveSession(deps, here.id)).not.toBeNull()
  deps.advance(120_000)
  expect(await resolveSession(deps, there.id)).toBeNull()
  expect(await resolveSession(deps, here.id)).not.toBeNull()
})
