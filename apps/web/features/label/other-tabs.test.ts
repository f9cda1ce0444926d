import { expect, it, onTestFinished } from 'vitest'
import { openOtherTabs } from './other-tabs'

it('reports to the other tabs which pair was judged, and not the tab itself', async () => {
  const heard: [tab: string, pairId: string][] = []
  const tabs = ['first', 'second', 'third'].map((name) =>
    openOtherTabs((pairId) => void heard.push([name, pairId])),
  )
  onTestFinished(() => {
    for (const tab of tabs) tab.close()
  })
  tabs[0]?.report('pair_1')
  await expect
    .poll(() => heard.toSorted(), { timeout: 30_000 })
    .toEqual([
      ['second', 'pair_1'],
      ['third', 'pair_1'],
    ])
})
