import { expect, type Locator, type Page, test } from '@playwright/test'
import { connect } from './loop/client'
import { required, signIn } from './pages/account'
import { sidewaysOf } from './pages/faults'

/** Runs after the walk, on its stack: a label session with skip, undo and rules, also at the width of a phone. */

test.use({ baseURL: process.env.PALATE_URL, viewport: { width: 1280, height: 800 } })

const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))

const toolbar = (page: Page) => page.getByRole('toolbar', { name: 'Your choice' })
const card = (page: Page, label: 'A' | 'B') => page.getByRole('article', { name: `Recipe ${label}` })

/** What is different from pair to pair. */
const shown = async (page: Page) => [
  await page.getByRole('heading', { level: 1 }).textContent(),
  await card(page, 'A').textContent(),
  await card(page, 'B').textContent(),
]

/** Does something, and waits until another pair is there. @returns the pair that was there before */
async function leave(page: Page, act: () => Promise<void>): Promise<(string | null)[]> {
  await expect(toolbar(page)).toHaveAttribute('aria-busy', 'false') // from then on keys are taken
  const before = await shown(page)
  await act()
  await expect.poll(() => shown(page)).not.toEqual(before)
  return before
}

const edges = (part: Locator) =>
  part.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    return { top, bottom }
  })

async function openSession(page: Page): Promise<void> {
  await signIn(page)
  await page.goto('/labels/session')
  await expect(toolbar(page)).toBeVisible()
}

test('undo takes back the last action, a skip as well as a vote', async ({ page }) => {
  await openSession(page)
  const before = await client.label.summary.query()
  const voted = await leave(page, () => page.keyboard.press('2'))
  const skipped = await leave(page, () => page.keyboard.press('s'))
  await page.keyboard.press('z')
  await expect.poll(() => shown(page)).toEqual(skipped)
  expect((await client.label.summary.query()).personVotes).toBe(before.personVotes + 1)
  await page.keyboard.press('z')
  await expect.poll(() => shown(page)).toEqual(voted)
  expect((await client.label.summary.query()).personVotes).toBe(before.personVotes)
})

test('the cards stay where they are from pair to pair, and the choices cover nothing', async ({ page }) => {
  await openSession(page)
  const tops = new Set<number>()
  for (let count = 0; count < 4; count += 1) {
    tops.add((await edges(card(page, 'A'))).top)
    const choices = await edges(toolbar(page))
    expect((await edges(page.getByRole('region', { name: 'Answers' }))).bottom).toBeLessThanOrEqual(
      choices.top,
    )
    expect(choices.bottom).toBeLessThanOrEqual(800)
    await leave(page, () => page.keyboard.press('s'))
  }
  expect(tops.size).toBe(1)
})

test('every rule of the persona can be read', async ({ page }) => {
  await openSession(page)
  await page.getByRole('button', { name: /^(All \d+ rules|The rule|Details)$/ }).click()
  const dialog = page.getByRole('dialog')
  const name = await dialog.getByRole('heading').textContent()
  const body = (await client.persona.list.query()).find((one) => one.body.name === name)?.body
  expect(body).toBeDefined()
  for (const rule of [...(body?.diets ?? []), ...(body?.forbidden ?? []).map((word) => `no ${word}`)])
    await expect(dialog.getByText(rule, { exact: true })).toBeVisible()
})

test('the rules ask with a number, label only that many, and can be taken back', async ({ page }) => {
  await signIn(page)
  const rules = async () => (await client.label.summary.query()).ruleVotes
  await page.goto('/labels')
  const undoLast = page.getByRole('button', { name: /^Undo the last \d+$/ })
  await undoLast.click()
  await expect.poll(rules).toBe(0)

  const open = page.getByRole('button', { name: 'Label the rest by rules' })
  await open.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click()
  expect(await rules()).toBe(0)

  await open.click()
  const act = page.getByRole('dialog').getByRole('button', { name: /^Label \d+ pairs?$/ })
  const count = Number(/\d+/.exec((await act.textContent()) ?? '')?.[0])
  const { pairs, personVotes } = await client.label.summary.query()
  expect(count).toBe(pairs - personVotes)
  await act.click()
  await expect.poll(rules).toBe(count)
  await undoLast.click()
  await expect.poll(rules).toBe(0)

  await open.click()
  await act.click() // as the walk left them
  await expect.poll(rules).toBe(count)
})

test('a phone shows the whole session, without the rules in its bar', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openSession(page)
  expect(await sidewaysOf(page)).toEqual([])
  await expect(page.getByRole('button', { name: /Label the rest/ })).toHaveCount(0)
  for (const name of ['A better', 'Equal', 'B better', 'Both bad', 'Skip', 'Undo'])
    await expect(toolbar(page).getByRole('button', { name })).toBeInViewport({ ratio: 1 })
  await expect(card(page, 'A')).toBeInViewport()
  await card(page, 'B').scrollIntoViewIfNeeded()
  // By its width: how much of its height fits depends on the recipe.
  const sides = () =>
    card(page, 'B').evaluate((element) => {
      const { left, right } = element.getBoundingClientRect()
      return [left >= 0, right <= window.innerWidth]
    })
  await expect.poll(sides).toEqual([true, true])
  const voted = await leave(page, () => toolbar(page).getByRole('button', { name: 'B better' }).click())
  await toolbar(page).getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => shown(page)).toEqual(voted)
})

/** Votes, and again as soon as the next pair has appeared: a finger or a key that was pressed twice. */
const voteTwice = (page: Page, by: 'key' | 'tap') =>
  page.evaluate(
    (way) =>
      new Promise<void>((resolve) => {
        const find = (label: string) => document.querySelector<HTMLElement>(`[aria-label="${label}"]`)
        const vote = () => {
          if (way === 'key') window.dispatchEvent(new KeyboardEvent('keydown', { key: '1' }))
          else find('Your choice')?.querySelector('button')?.click()
        }
        const before = find('Answers')
        new MutationObserver((_, observer) => {
          if (before?.isConnected) return
          observer.disconnect()
          setTimeout(() => resolve(vote()), 50)
        }).observe(document.body, { childList: true, subtree: true })
        vote()
      }),
    by,
  )

for (const by of ['key', 'tap'] as const)
  test(`a ${by} that comes twice labels one pair: nobody has read the second`, async ({ page }) => {
    await openSession(page)
    const { personVotes } = await client.label.summary.query()
    const first = await leave(page, () => voteTwice(page, by))
    await expect.poll(async () => (await client.label.summary.query()).personVotes).toBe(personVotes + 1)
    await page.keyboard.press('z')
    await expect.poll(() => shown(page)).toEqual(first)
    await expect.poll(async () => (await client.label.summary.query()).personVotes).toBe(personVotes)
  })

test('two windows of one person: no pair is judged twice, lost or stuck', async ({
  page,
  context,
  browser,
}) => {
  await openSession(page)
  const tab = await context.newPage()
  await tab.goto('/labels/session')
  await expect(toolbar(tab)).toBeVisible()
  const before = await client.label.summary.query()
  expect(await shown(tab)).toEqual(await shown(page))
  const judged = await leave(page, () => page.keyboard.press('1'))
  await expect(tab.getByText('You judged this pair in another tab. Here is the next one.')).toBeVisible()
  await expect.poll(() => shown(tab)).toEqual(await shown(page))
  expect(await shown(tab)).not.toEqual(judged)
  await tab.close()

  // Another browser hears nothing of it; there the server has the last word.
  const other = await (await browser.newContext({ baseURL: required('PALATE_URL') })).newPage()
  await openSession(other)
  await leave(page, () => page.keyboard.press('1'))
  await leave(other, () => other.keyboard.press('5'))
  await expect(other.getByText('Your newer choice counts.')).toBeVisible()
  await leave(page, () => page.keyboard.press('s'))
  await leave(other, () => other.keyboard.press('5'))
  await expect(other.getByText('You have no claim on this pair. Take the next one.')).toBeVisible()
  await expect.poll(async () => (await client.label.summary.query()).personVotes).toBe(before.personVotes + 2)
  await other.context().close()
  for (const _ of [1, 2, 3]) await page.keyboard.press('z')
  await expect.poll(async () => (await client.label.summary.query()).personVotes).toBe(before.personVotes)
})
