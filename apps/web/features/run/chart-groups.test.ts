import { expect, it } from 'vitest'
import { groupCharts } from './chart-groups'

it('shows every curve once, the known ones first', () => {
  const keys = ['zeta', 'rewards/rejected', 'loss', 'rewards/chosen', 'alpha']
  const groups = groupCharts(keys.map((key) => ({ key, points: [] })))
  expect(groups.map(({ title }) => title)).toEqual(['loss', 'rewards', 'alpha', 'zeta'])
  expect(groups.flatMap(({ series }) => series.map(({ key }) => key)).sort()).toEqual([...keys].sort())
})
