import { describe, expect, it } from 'vitest'
import { StopTexts } from './stop-texts'

function read(stop: string[], pieces: string[]): { pieces: string[]; stopped: boolean } {
  const stops = new StopTexts(stop)
  const out = pieces.map((piece) => stops.push(piece))
  return { pieces: [...out, stops.flush()], stopped: stops.stopped }
}

describe('stop texts', () => {
  it.each([
    ['none', [], ['a', 'b'], ['a', 'b', ''], false],
    ['in one piece', ['\n\n'], ['one\n\ntwo', 'three'], ['one', '', ''], true],
    ['over several pieces', ['STOP'], ['goS', 'TO', 'P on'], ['go', '', '', ''], true],
    ['a beginning that goes on otherwise', ['STOP'], ['goST', 'AR'], ['go', 'STAR', ''], false],
    ['a beginning at the end of the answer', ['STOP'], ['go', 'ST'], ['go', '', 'ST'], false],
    ['a beginning within a beginning', ['aab'], ['aaa', 'ab'], ['a', 'a', ''], true],
    ['the first of two', ['b', 'a'], ['xab'], ['x', ''], true],
  ])('%s', (_name, stop, pieces, given, stopped) => {
    expect(read(stop, pieces)).toEqual({ pieces: given, stopped })
  })
})
