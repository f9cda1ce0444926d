import { describe, expect, it } from 'vitest'
import { Places } from './places'

describe('the places of a machine', () => {
  it('are one without a GPU', () => {
    const places = new Places([])
    expect([places.free(), places.hasRoom()]).toEqual([[], true])
    expect(places.take('att_1', [])).toEqual([])
    expect(places.hasRoom()).toBe(false)
    places.release('att_1')
    expect(places.hasRoom()).toBe(true)
  })

  it('are one a GPU, and no two attempts share one', () => {
    const places = new Places(['GPU-a', 'GPU-b', 'GPU-c'])
    expect(places.take('att_1', ['GPU-b'])).toEqual(['GPU-b'])
    expect(places.take('att_2', [])).toEqual(['GPU-a'])
    expect(places.free()).toEqual(['GPU-c'])
    expect(() => places.take('att_3', ['GPU-c', 'GPU-a'])).toThrow(/GPU-a, which is not free/)
    expect(places.take('att_3', ['GPU-c'])).toEqual(['GPU-c'])
    expect(places.hasRoom()).toBe(false)
    places.release('att_1')
    expect(places.free()).toEqual(['GPU-b'])
  })
})
