import { expect, it } from 'vitest'
import { Patience } from './patience'

it('lets agents come back after a start and after every gap before leases are taken', () => {
  const patience = new Patience(60, 40)
  const looks = [1000, 1015, 1030, 1045, 1060, 1075, /* away */ 1200, 1215, 1230, 1245, 1260, 1275]
  const over = looks.filter((now) => patience.isOver(now))
  expect(over).toEqual([1060, 1075, 1260, 1275])
})
