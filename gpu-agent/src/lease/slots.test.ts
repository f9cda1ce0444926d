import { describe, expect, it } from 'vitest'
import { Slots } from './slots'

describe('the slots of a machine', () => {
  it('are one on a machine without a GPU', () => {
    const slots = new Slots([])
    expect([slots.free(), slots.hasRoom()]).toEqual([[], true])
    expect(slots.take('att_1', [])).toEqual([])
    expect(slots.hasRoom()).toBe(false)
    slots.release('att_1')
    expect(slots.hasRoom()).toBe(true)
  })

  it('are one for each GPU, and no two attempts share one', () => {
    const slots = new Slots(['GPU-a', 'GPU-b', 'GPU-c'])
    expect(slots.take('att_1', ['GPU-b'])).toEqual(['GPU-b'])
    expect(slots.take('att_2', [])).toEqual(['GPU-a'])
    expect(slots.free()).toEqual(['GPU-c'])
    expect(() => slots.take('att_3', ['GPU-c', 'GPU-a'])).toThrow(/GPU-a, which is not free/)
    expect(slots.take('att_3', ['GPU-c'])).toEqual(['GPU-c'])
    expect(slots.hasRoom()).toBe(false)
    slots.release('att_1')
    expect(slots.free()).toEqual(['GPU-b'])
  })
})
