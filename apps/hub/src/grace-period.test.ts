import { expect, it } from 'vitest'
import { GracePeriod } from './grace-period'

it('lets agents come back after a start and after every gap before leases are taken', () => {
  const gracePeriod = new GracePeriod(60, 40)
  const looks = [1000, 1015, 1030, 1045, 1060, 1075, /* away */ 1200, 1215, 1230, 1245, 1260, 1275]
  const over = looks.filter((now) => gracePeriod.isOver(now))
  expect(over).toEqual([1060, 1075, 1260, 1275])
})
