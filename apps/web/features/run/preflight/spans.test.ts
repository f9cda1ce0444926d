import { expect, it } from 'vitest'
import { showText, toSpans } from './spans'

const sequence = {
  ids: [1, 5, 6, 7, 2, 9],
  texts: ['<|im_start|>', ' I', ' have', ' rice', '<|im_end|>', ' more'],
  marks: 'mmtttc',
  special: [0, 4],
  omitted: { at: 3, count: 100 },
}

it('keeps all tokens in order and starts a span where the mark changes or tokens are left out', () => {
  const spans = toSpans(sequence)
  expect(spans.map(({ mark, tokens }) => [mark, tokens.map(({ id }) => id)])).toEqual([
    ['masked', [1, 5]],
    ['trained', [6]],
    ['trained', [7, 2]],
    ['cut', [9]],
  ])
  expect(spans.map(({ omittedBefore }) => omittedBefore)).toEqual([0, 0, 100, 0])
  expect(spans.flatMap(({ tokens }) => tokens.filter(({ special }) => special).map(({ id }) => id))).toEqual([
    1, 2,
  ])
})

it('makes invisible characters visible', () => {
  expect(showText(' rice')).toBe('·rice')
  expect(showText('.\n\n')).toBe('.↵\n↵\n')
})
