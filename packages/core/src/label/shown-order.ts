export type ShownOrder = 'ab' | 'ba'

export interface OrderCounts {
  ab: number
  ba: number
}

/**
 * Draws which variant is on the left: at random, but for one person neither side may get more than two ahead, so that
 * a preference for one side cannot favor one variant.
 * @param coin true and false with equal probability
 */
export function drawOrder({ ab, ba }: OrderCounts, coin: () => boolean): ShownOrder {
  if (ab - ba >= 2) return 'ba'
  if (ba - ab >= 2) return 'ab'
  return coin() ? 'ab' : 'ba'
}

/** The variant that a person chose who saw them in this order. */
export function toChoice(
  shown: 'left' | 'right' | 'tie' | 'both_bad',
  order: ShownOrder,
): 'a' | 'b' | 'tie' | 'both_bad' {
  if (shown === 'left') return order === 'ab' ? 'a' : 'b'
  if (shown === 'right') return order === 'ab' ? 'b' : 'a'
  return shown
}
