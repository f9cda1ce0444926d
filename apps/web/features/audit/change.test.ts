import { expect, test } from 'vitest'
import { linesOf } from './change'

test('a change shows what differs, and nothing else', () => {
  const before = { title: 'Cook', active: true, price: { amount: 1, currency: 'EUR' } }
  const after = { title: 'Chef', active: true, price: { amount: 2, currency: 'EUR' }, note: 'new' }
  expect(linesOf({ before, after, reason: 'typo' })).toEqual([
    { name: 'title', before: 'Cook', after: 'Chef' },
    { name: 'price.amount', before: '1', after: '2' },
    { name: 'note', before: undefined, after: 'new' },
    { name: 'reason', after: 'typo' },
  ])
})

test('a role before and after is one line', () => {
  expect(linesOf({ before: 'viewer', after: 'owner' })).toEqual([
    { name: 'value', before: 'viewer', after: 'owner' },
  ])
})

test('what is only said is shown as it is', () => {
  expect(linesOf({ name: 'script', roles: ['a'] })).toEqual([
    { name: 'name', after: 'script' },
    { name: 'roles', after: '["a"]' },
  ])
  expect(linesOf({})).toEqual([])
})
