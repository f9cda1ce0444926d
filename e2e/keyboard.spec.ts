import { expect, type Page, test } from '@playwright/test'
import { signIn } from './pages/account'
import { violationsOf } from './pages/faults'

/** Nothing but the keyboard, once somebody has signed in. */

test.use({ baseURL: process.env.PALATE_URL })

const at = (page: Page, path: RegExp) => expect(page).toHaveURL(path)

/** Until the page listens, a key does nothing. */
async function pressUntil(page: Page, keys: readonly string[], shown: () => Promise<boolean>): Promise<void> {
  await expect(async () => {
    for (const key of keys) await page.keyboard.press(key)
    await expect.poll(shown, { timeout: 5000 }).toBe(true)
  }).toPass()
}

test('the keyboard alone reaches pages, things and actions', async ({ page }) => {
  await signIn(page)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await test.step('g and a letter go to a page', async () => {
    await pressUntil(page, ['g', 'p'], async () => page.url().endsWith('/personas'))
    await expect(page.getByRole('heading', { name: 'Personas' })).toBeVisible()
  })
  await test.step('J and Enter open the first of a list', async () => {
    await expect(page.locator('[data-row]').first()).toBeVisible()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await expect(page.locator('[data-row] a').first()).toBeFocused()
    await page.keyboard.press('Enter')
    await at(page, /\/personas\/persona_/)
  })
  const name = await page.getByLabel('Name', { exact: true }).inputValue()
  await test.step('in a field, keys are letters', async () => {
    await page.getByLabel('Name', { exact: true }).focus()
    await page.keyboard.press('End')
    await page.keyboard.type(' gr')
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue(`${name} gr`)
    await at(page, /\/personas\/persona_/)
    await page.getByLabel('Name', { exact: true }).blur()
  })
  await test.step('? lists the keys, and Escape closes the list', async () => {
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keyboard' })
    await expect(help).toBeVisible()
    expect(await violationsOf(page, 'all')).toEqual([])
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await at(page, /\/personas\/persona_/)
    await page.keyboard.press('Escape')
    await expect(help).toBeHidden()
  })
  const palette = page.getByRole('dialog', { name: 'Search Palate' })
  await test.step('Ctrl K finds a page', async () => {
    await page.keyboard.press('Control+k')
    await expect(palette).toBeVisible()
    await page.keyboard.type('datas')
    await expect(palette.getByRole('option', { name: /^Datasets/ })).toBeVisible()
    expect(await violationsOf(page, 'all')).toEqual([])
    await page.keyboard.press('Enter')
    await at(page, /\/datasets$/)
    await expect(palette).toBeHidden()
  })
  await test.step('Ctrl K finds a thing of the workspace', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type(`persona ${name}`)
    await expect(palette.getByRole('option', { name })).toBeVisible()
    await page.keyboard.press('Enter')
    await at(page, /\/personas\/persona_/)
  })
  await test.step('Ctrl K starts an action on its page', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('create run')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'New run' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await at(page, /\/runs$/)
  })
  await test.step('C creates, and the focus returns to the button', async () => {
    await page.keyboard.press('c')
    await expect(page.getByRole('dialog', { name: 'New run' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('button', { name: 'Create run' })).toBeFocused()
  })
})
