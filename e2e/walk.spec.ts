import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'

/**
 * A newcomer walks the nine stations in a browser, on the real stack: real uploads, a real pre-training, real votes,
 * a real DPO run, a real evaluation, a streamed recipe. Settings are small; every station leaves a screenshot.
 */
const screenshots = fileURLToPath(new URL('./screenshots/', import.meta.url))
const sample = (name: string) =>
  fileURLToPath(new URL(`../packages/recipe/data/samples/${name}`, import.meta.url))
const minutes = (count: number) => ({ timeout: count * 60_000 })

async function shoot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  await page.waitForTimeout(400) // charts and fonts settle
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: options.fullPage ?? true })
}

test.use({ baseURL: process.env.PALATE_URL })

test('a newcomer goes from sign-in to a streamed recipe', async ({ page, browser }) => {
  await mkdir(screenshots, { recursive: true })
  const owner = JSON.parse(process.env.PALATE_OWNER ?? '{}') as { ownerEmail: string; ownerPassword: string }

  await test.step('1 sign in', async () => {
    await page.goto('/datasets')
    await expect(page).toHaveURL(/sign-in/)
    await page.getByLabel('E-mail').fill(owner.ownerEmail)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'do not belong together' })).toBeVisible()
    await shoot(page, '1-sign-in')
    await page.getByLabel('Password').fill(owner.ownerPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(/\/data$/)
    await page.goto('/')
    await expect(
      page.getByRole('list', { name: 'The loop' }).or(page.getByLabel('The loop')).first(),
    ).toBeVisible()
    await shoot(page, '0-overview-first')
  })

  await test.step('2 data: the sample by the dark button, a file, and a broken one refused in words', async () => {
    await page.getByRole('button', { name: 'Add the sample recipes' }).click()
    await expect(page.getByText('Rows kept')).toBeVisible(minutes(5))
    await shoot(page, '2-data-csv')
    await page.goto('/datasets')
    await page.getByLabel('Recipe file').setInputFiles({
      name: 'broken.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([0, 159, 146, 150, 0, 1]),
    })
    await expect(page.getByText(/failed/i).first()).toBeVisible(minutes(5))
    await shoot(page, '2-data-broken')
    await page.goto('/datasets')
    await page.getByLabel('Recipe file').setInputFiles(sample('recipes.jsonl'))
    await expect(page.getByText('Rows kept')).toBeVisible(minutes(5))
    await shoot(page, '2-data-jsonl')
  })

  await test.step('3 starter model', async () => {
    await page.goto('/runs')
    await page.getByRole('button', { name: 'New run' }).first().click()
    await page.getByRole('radio', { name: /Quick look/ }).click()
    await shoot(page, '3-starter-form', { fullPage: false })
    await page.getByRole('button', { name: 'Train the starter model' }).click()
    await expect(page).toHaveURL(/\/training\/run_/)
    await expect(page.locator('canvas').first()).toBeVisible(minutes(10))
    await shoot(page, '3-starter-running')
    await expect(page.getByText(/finished/i).first()).toBeVisible(minutes(15))
    await shoot(page, '3-starter-finished')
  })

  await test.step('4 personas', async () => {
    await page.goto('/personas')
    await expect(page.getByText('Vegan Cantina').first()).toBeVisible()
    await shoot(page, '4-personas')
    await page.getByText('Vegan Cantina').first().click()
    await expect(page.getByLabel('Name')).toBeVisible()
    await shoot(page, '4-persona')
  })

  await test.step('5 variants', async () => {
    await page.goto('/variants')
    await page.getByRole('button', { name: 'New batch' }).first().click()
    await page.getByLabel('Prompts per persona').fill('4')
    await page.getByRole('button', { name: 'Write variants' }).click()
    await expect(page).toHaveURL(/\/variants\/batch_/)
    await expect(page.getByText(/48 of 48|ready/i).first()).toBeVisible(minutes(10))
    await shoot(page, '5-variants', { fullPage: false })
  })

  await test.step('6 labels', async () => {
    await page.goto('/labels')
    await shoot(page, '6-labels')
    await page.goto('/labels/session')
    await expect(page.getByRole('toolbar', { name: 'Your choice' })).toBeVisible()
    await shoot(page, '6-label-session')
    for (const key of ['ArrowLeft', 'ArrowRight', '1', '2', 's', 'ArrowLeft', 'z', '3', '1', '2']) {
      await page.keyboard.press(key)
      await page.waitForTimeout(250)
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await shoot(page, '6-label-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto('/labels')
    await page.getByRole('button', { name: /rules/i }).click()
    await expect(page.getByText(/judged|rules/i).first()).toBeVisible()
    await shoot(page, '6-labels-after')
  })

  await test.step('7 preference training', async () => {
    await page.goto('/runs')
    await page.getByRole('button', { name: 'New run' }).first().click()
    await page.getByRole('tab', { name: 'Preferences' }).click()
    await page.getByRole('radio', { name: /Quick look/ }).click()
    await page.getByRole('button', { name: 'Train on the votes' }).click()
    await expect(page).toHaveURL(/\/training\/run_/)
    await expect(page.getByText('rewards/margins').first()).toBeVisible(minutes(10))
    await expect(page.getByText(/finished/i).first()).toBeVisible(minutes(15))
    await shoot(page, '7-training')
    await page.getByRole('tab', { name: 'Preflight' }).click()
    await expect(page.getByText(/1 of \d+ sampled/)).toBeVisible()
    await shoot(page, '7-preflight')
    await page.getByRole('tab', { name: 'RunSummary' }).click()
    await expect(page.getByText('Useful tokens')).toBeVisible()
    await shoot(page, '7-summary')
    await page.getByRole('tab', { name: 'Curves' }).click()
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, '7-training-dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto('/runs')
    await shoot(page, '7-runs')
  })

  await test.step('8 evaluation', async () => {
    await page.goto('/evaluations')
    await page.getByRole('button', { name: 'New evaluation' }).first().click()
    await page.getByLabel('Answers per case').fill('1')
    await page.getByLabel('Cases').fill('12')
    await page.getByRole('button', { name: 'Start evaluation' }).click()
    await expect(page).toHaveURL(/\/evaluation\/eval_/)
    await expect(page.getByText(/win rate/i).first()).toBeVisible(minutes(10))
    await expect(page.getByLabel('Answers side by side')).toBeVisible(minutes(5))
    await shoot(page, '8-evaluation')
  })

  await test.step('9 release, and a visitor in the public chat', async () => {
    await page.goto('/models')
    await page.getByRole('button', { name: 'Deploy' }).first().click()
    await page.getByRole('button', { name: 'Deploy model' }).click()
    await expect(page.getByLabel('Deployments')).toContainText('Palate')
    await shoot(page, '9-release')
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const visitor = await context.newPage()
    await visitor.goto(`${process.env.PALATE_URL}/chat`)
    await visitor.getByLabel('Ingredients').fill('black beans, corn, avocado,')
    // Waited for from before the click: a short answer is soon over.
    const streaming = visitor.getByRole('button', { name: 'Stop' }).waitFor()
    await visitor.getByRole('button', { name: 'Cook' }).click()
    await streaming
    await expect(visitor.getByRole('button', { name: 'Cook' })).toBeVisible(minutes(5))
    await visitor
      .getByRole('button', { name: /cooked well|up|liked/i })
      .first()
      .click()
    await shoot(visitor, '9-chat', { fullPage: false })
    await visitor.setViewportSize({ width: 390, height: 844 })
    await shoot(visitor, '9-chat-phone', { fullPage: false })
    await context.close()
  })

  await test.step('the overview, after the loop', async () => {
    await page.goto('/agents')
    await shoot(page, '10-agents')
    await page.goto('/')
    await expect(page.getByText(/win rate/i).first()).toBeVisible()
    await shoot(page, '10-overview')
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, '10-overview-dark')
  })
})
