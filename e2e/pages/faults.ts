import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * What axe finds on the page as it stands.
 *
 * @param rules `colors` where only the theme has changed
 * @returns a line for each element that breaks a rule
 */
export async function violationsOf(page: Page, rules: 'all' | 'colors'): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true) // without frames it needs no second page
  if (rules === 'all') axe.withTags(tags)
  else axe.withRules(['color-contrast', 'link-in-text-block'])
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes
      // An open menu belongs to its button, not to a landmark.
      .filter(({ html }) => id !== 'region' || !html.includes('data-radix-popper'))
      .map(({ html, any, all, none }) => {
        const why = [...any, ...all, ...none].map(({ message }) => message).join(' ')
        return `${id}: ${html.slice(0, 220)} ${why}`
      }),
  )
}

/** @returns the elements that make the page wider than its window */
export function sidewaysOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .slice(0, 4)
      .map((element) => element.outerHTML.slice(0, 160))
  })
}
