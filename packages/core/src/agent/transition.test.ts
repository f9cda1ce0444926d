import { expect, test } from 'vitest'
import { type AgentEvent, type AgentState, decideAgent } from './transition'

const now = new Date('2026-01-02T03:04:05Z')
const before = new Date('2026-01-01T00:00:00Z')

const offline: AgentState = {
  ...{ connectedAt: null, lastSeenAt: before, draining: false, revokedAt: null, rotateRequestedAt: null },
  ...{ credentialHash: 'old', nextCredentialHash: null },
}
const states = {
  offline,
  online: { ...offline, connectedAt: before },
  draining: { ...offline, connectedAt: before, draining: true },
  asked: { ...offline, connectedAt: before, rotateRequestedAt: before },
  rotating: { ...offline, connectedAt: before, rotateRequestedAt: before, nextCredentialHash: 'new' },
  revoked: { ...offline, revokedAt: before },
} satisfies Record<string, AgentState>
const events = {
  hello: { type: 'hello', draining: false, credentialHash: 'old' },
  'hello, draining': { type: 'hello', draining: true, credentialHash: 'old' },
  'hello with the new': { type: 'hello', draining: false, credentialHash: 'new' },
  'hello refused': { type: 'hello-refused' },
  closed: { type: 'closed', since: before },
  'closed, an older socket': { type: 'closed', since: new Date(0) },
  drain: { type: 'drain', draining: true },
  'drain ends': { type: 'drain', draining: false },
  'rotate requested': { type: 'rotate-requested' },
  rotate: { type: 'rotate', hash: 'new' },
  revoke: { type: 'revoke' },
} satisfies Record<string, AgentEvent>

/** The name of a row's state in the table. */
function nameOf(agent: AgentState): string {
  if (agent.revokedAt) return 'revoked'
  if (agent.nextCredentialHash) return 'rotating'
  if (agent.rotateRequestedAt) return 'asked'
  if (agent.draining) return 'draining'
  return agent.connectedAt ? 'online' : 'offline'
}

/** For each state and event the next state; `–` no change, `!` refused, `+` the notice that is sent. */
const table: Record<keyof typeof states, Record<keyof typeof events, string>> = {
  offline: {
    'closed, an older socket': '–',
    ...{ hello: 'online', 'hello, draining': 'draining', 'hello with the new': 'online' },
    ...{ 'hello refused': 'offline', closed: '–', drain: 'draining', 'drain ends': 'offline' },
    ...{ 'rotate requested': 'asked +ask-rotate', rotate: '!', revoke: 'revoked +revoked' },
  },
  online: {
    'closed, an older socket': '–',
    ...{ hello: 'online', 'hello, draining': 'draining', 'hello with the new': 'online' },
    ...{ 'hello refused': 'offline', closed: 'offline', drain: 'draining', 'drain ends': 'online' },
    ...{ 'rotate requested': 'asked +ask-rotate', rotate: '!', revoke: 'revoked +revoked' },
  },
  draining: {
    'closed, an older socket': '–',
    ...{ hello: 'online', 'hello, draining': 'draining', 'hello with the new': 'online' },
    ...{ 'hello refused': 'draining', closed: 'draining', drain: 'draining', 'drain ends': 'online' },
    ...{ 'rotate requested': 'asked +ask-rotate', rotate: '!', revoke: 'revoked +revoked' },
  },
  asked: {
    'closed, an older socket': '–',
    ...{ hello: 'asked +ask-rotate', 'hello, draining': 'asked +ask-rotate' },
    ...{ 'hello with the new': 'asked +ask-rotate', 'hello refused': 'asked', closed: 'asked' },
    ...{ drain: 'asked', 'drain ends': 'asked', 'rotate requested': 'asked +ask-rotate' },
    ...{ rotate: 'rotating', revoke: 'revoked +revoked' },
  },
  rotating: {
    'closed, an older socket': '–',
    ...{ hello: 'rotating +ask-rotate', 'hello, draining': 'rotating +ask-rotate' },
    ...{ 'hello with the new': 'online +rotated', 'hello refused': 'rotating', closed: 'rotating' },
    ...{ drain: 'rotating', 'drain ends': 'rotating', 'rotate requested': 'rotating +ask-rotate' },
    ...{ rotate: 'rotating', revoke: 'revoked +revoked' },
  },
  revoked: {
    'closed, an older socket': '–',
    ...{ hello: '!', 'hello, draining': '!', 'hello with the new': '!', 'hello refused': '!' },
    ...{ closed: '–', drain: '!', 'drain ends': '!', 'rotate requested': '!', rotate: '!', revoke: '–' },
  },
}
const rows = Object.entries(table).flatMap(([state, row]) =>
  Object.entries(row).map(([event, expected]) => ({ state, event, expected })),
)

test.each(rows)('an agent in state $state, then $event: $expected', ({ state, event, expected }) => {
  const agent: AgentState = states[state as keyof typeof states]
  const decision = decideAgent(agent, events[event as keyof typeof events], now)
  if (decision.do === 'change') {
    const after = nameOf({ ...agent, ...decision.agent })
    expect(decision.next ? `${after} +${decision.next}` : after).toBe(expected)
  } else expect({ nothing: '–', refuse: '!' }[decision.do]).toBe(expected)
})

test('the new credential replaces the old one with the first hello that uses it', () => {
  expect(decideAgent(states.rotating, events['hello with the new'], now)).toEqual({
    do: 'change',
    agent: {
      ...{ connectedAt: now, lastSeenAt: now, draining: false, rotateRequestedAt: null },
      ...{ credentialHash: 'new', nextCredentialHash: null },
    },
    next: 'rotated',
  })
  expect(decideAgent(states.rotating, { type: 'rotate', hash: 'newer' }, now)).toMatchObject({
    agent: { nextCredentialHash: 'newer' },
  })
})
