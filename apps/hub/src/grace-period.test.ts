import { expect, it } from 'vitest'
import { GracePeriod } from './grace-period'

it('gives agents time to reconnect after a start and after every gap before leases expire', () => {
  const gracePeriod = new GracePeriod(60, 40)
  const times = [1000, 1015, 1030, 1045, 1060, 1075, /* down */ 1200, 1215, 1230, 1245, 1260, 1275]
  const over = times.filter((now) => gracePeriod.isOver(now))
  expect(over).toEqual([1060, 1075, 1260, 1275])
})
