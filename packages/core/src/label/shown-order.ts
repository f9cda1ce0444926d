export type ShownOrder = 'ab' | 'ba'

export interface OrderCounts {
  ab: number
  ba: number
}

/**
 * Which variant stands on the left: a coin, except that neither order may get more than two ahead of the other
 * for one person, so that a habit for one side cannot favor one variant.
 * @param coin true and false equally likely
 */
export function drawOrder({ ab, ba }: OrderCounts, coin: () => boolean): ShownOrder {
  if (ab - ba >= 2) return 'ba'
  if (ba - ab >= 2) return 'ab'
  return coin() ? 'ab' : 'ba'
}

/** The variant that a person means, who saw them in this order. */
export function toChoice(
  shown: 'left' | 'right' | 'tie' | 'both_bad',
  order: ShownOrder,
): 'a' | 'b' | 'tie' | 'both_bad' {
  if (shown === 'left') return order === 'ab' ? 'a' : 'b'
  if (shown === 'right') return order === 'ab' ? 'b' : 'a'
  return shown
}
