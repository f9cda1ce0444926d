import { TRPCClientError } from '@trpc/client'
import { expect, it } from 'vitest'
import { describeError, describeErrorBody } from './error'

it('joins message and remedy', () => {
  const error = Object.assign(new Error('There is no model yet.'), { data: { remedy: 'Train one first.' } })
  expect(describeError(error)).toBe('There is no model yet. Train one first.')
  expect(describeError(new Error('The connection was lost.'))).toBe('The connection was lost.')
  expect(describeError(new Error('TypeError: x is not iterable'))).toBe('TypeError: x is not iterable.')
  expect(describeError(undefined)).toMatch(/Try again/)
})

it('says what is wrong with a field where that is a sentence', () => {
  const errorWith = (fieldErrors: Record<string, string[]>) =>
    Object.assign(new Error('Some fields are not valid.'), {
      data: { fields: { formErrors: [], fieldErrors } },
    })
  expect(describeError(errorWith({ sizeBytes: ['The file is empty.'] }))).toBe('The file is empty.')
  expect(describeError(errorWith({ steps: ['Too small: expected number to be >=5'] }))).toBe(
    'Some fields are not valid.',
  )
})

it('reads message and remedy from the body of an error response', () => {
  const body = JSON.stringify({
    error: { code: 'invalid', message: 'The file is empty.', remedy: 'Choose another.' },
  })
  expect(describeErrorBody(body)).toBe('The file is empty. Choose another.')
})

it.each(['<html>502</html>', '', '{}'])('has a text for a body in another format: %s', (body) => {
  expect(describeErrorBody(body)).toMatch(/^The server rejected the request/)
})

it('has a text of its own for an answer that is no JSON and for a lost connection', () => {
  const parser = new SyntaxError('Unexpected token \'<\', "<html>" is not valid JSON')
  expect(describeError(TRPCClientError.from(parser))).toBe(
    'The server gave an answer that Palate cannot read. Try again in a minute.',
  )
  expect(describeError(TRPCClientError.from(new TypeError('Failed to fetch')))).toMatch(/cannot be reached/)
})
