import { expect, it } from 'vitest'
import { readError } from './upload-file'

it('reads the sentence and the remedy', () => {
  const body = JSON.stringify({
    error: { code: 'invalid', message: 'The file is empty.', remedy: 'Choose another.' },
  })
  expect(readError(body)).toBe('The file is empty. Choose another.')
})

it.each(['<html>502</html>', '', '{}'])('has a sentence for an answer that is not ours: %s', (body) => {
  expect(readError(body)).toMatch(/^The server refused this/)
})
