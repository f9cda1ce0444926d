import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'

/**
 * A new user walks through the nine stations in a browser, on the real stack: uploads, pre-training, votes, a DPO run,
 * an evaluation, a streamed recipe. The settings are small. Every station takes screenshots.
 */
const screenshots = fileURLToPath(new URL('./screenshots/', import.meta.url))
const sample = (name: string) =>
  fileURLToPath(new URL(`../packages/recipe/data/samples/${name}`, import.meta.url))
const minutes = (count: number) => ({ timeout: count * 60_000 })

async function shoot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  await page.waitForTimeout(400) // charts and fonts
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: options.fullPage ?? true })
}

/** Waits until the run or batch on the page has ended, and fails if it failed. */
async function expectEnd(page: Page, status: 'finished' | 'ready'): Promise<void> {
  const tag = page.locator('main header').getByText(/^(finished|ready|failed|canceled)$/)
  await expect(tag.first()).toBeVisible(minutes(15))
  expect(await tag.first().textContent()).toBe(status)
}

async function shootPhone(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await shoot(page, name, { fullPage: false })
  await page.setViewportSize({ width: 1440, height: 900 })
}

test.use({ baseURL: process.env.PALATE_URL })

test('a new user gets from sign-in to a streamed recipe', async ({ page, browser }) => {
  await mkdir(screenshots, { recursive: true })
  const owner = JSON.parse(process.env.PALATE_OWNER ?? '{}') as { ownerEmail: string; ownerPassword: string }

  await test.step('1 sign in', async () => {
    await page.goto('/datasets')
    await expect(page).toHaveURL(/sign-in/)
    await page.getByLabel('Email').fill(owner.ownerEmail)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(
      page.getByRole('alert').filter({ hasText: 'The email address or the password is wrong.' }),
    ).toBeVisible()
    await shoot(page, '1-sign-in')
    await page.getByLabel('Password').fill(owner.ownerPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(/\/datasets$/)
    await page.goto('/')
    await expect(page.getByRole('list', { name: 'The loop' })).toBeVisible()
    await shoot(page, '0-overview-first')
  })

  await test.step('2 datasets: the sample by the next-step button, an invalid file, a file', async () => {
    await page.getByRole('button', { name: 'Add the sample recipes' }).click()
    await expect(page.getByText('Rows kept')).toBeVisible(minutes(5))
    await shoot(page, '2-dataset-csv')
    await page.goto('/datasets')
    await page.getByLabel('Recipe file').setInputFiles({
      name: 'invalid.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([0, 159, 146, 150, 0, 1]),
    })
    await expect(page.getByText('The import failed')).toBeVisible(minutes(5))
    await shoot(page, '2-dataset-invalid')
    await page.goto('/datasets')
    await page.getByLabel('Recipe file').setInputFiles(sample('recipes.jsonl'))
    await expect(page.getByText('Rows kept')).toBeVisible(minutes(5))
    await shoot(page, '2-dataset-jsonl')
  })

  await test.step('3 a starter model, the choice beside SmolLM2', async () => {
    await page.goto('/')
    await expect(page.getByRole('button', { name: 'Add SmolLM2' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Train a starter model' })).toBeVisible()
    await shoot(page, '3-model-choice')
    await page.goto('/runs')
    await page.getByRole('button', { name: 'Create run' }).first().click()
    await page.getByRole('radio', { name: /^Quick/ }).click()
    await shoot(page, '3-starter-form', { fullPage: false })
    await page.getByRole('button', { name: 'Train the starter model' }).click()
    await expect(page).toHaveURL(/\/runs\/run_/)
    await expect(page.locator('canvas').first()).toBeVisible(minutes(10))
    await shoot(page, '3-starter-running')
    await expectEnd(page, 'finished')
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
    await page.getByRole('button', { name: 'Create batch' }).first().click()
    await page.getByLabel('Prompts per persona').fill('4')
    await page.getByLabel('Answers per prompt').fill('2')
    await page.getByLabel('Also pair answers that nobody can read').check()
    await page.getByRole('button', { name: 'Write variants' }).click()
    await expect(page).toHaveURL(/\/variants\/batch_/)
    await expectEnd(page, 'ready')
    await shoot(page, '5-variants', { fullPage: false })
  })

  await test.step('6 labels', async () => {
    await page.goto('/labels')
    await shoot(page, '6-labels')
    await page.goto('/labels/session')
    await expect(page.getByRole('toolbar', { name: 'Your choice' })).toBeVisible()
    await shoot(page, '6-label-session')
    for (const key of ['ArrowLeft', 'ArrowRight', '2', '4', 's', 'ArrowLeft', 'z', '3', '2', '4']) {
      await expect(page.getByRole('toolbar', { name: 'Your choice' })).toHaveAttribute('aria-busy', 'false')
      await page.keyboard.press(key)
      await page.waitForTimeout(250)
    }
    await shootPhone(page, '6-label-phone')
    await page.goto('/labels')
    await page.getByRole('button', { name: 'Label the rest by rules' }).click()
    await expect(page.getByText(/^\d+ pairs? without any vote\./)).toBeVisible()
    await page.getByRole('button', { name: /^Label \d+ pairs?$/ }).click()
    await expect(page.getByText(/The rules labeled \d+ pairs/)).toBeVisible()
    await shoot(page, '6-labels-after')
  })

  await test.step('7 runs: preference training', async () => {
    await page.goto('/runs')
    await page.getByRole('button', { name: 'Create run' }).first().click()
    await page.getByRole('tab', { name: 'Preferences' }).click()
    await page.getByRole('radio', { name: /^Quick/ }).click()
    await page.getByRole('button', { name: 'Train on the votes' }).click()
    await expect(page).toHaveURL(/\/runs\/run_/)
    await expectEnd(page, 'finished')
    await expect(page.getByText('Reward margin', { exact: true }).first()).toBeVisible()
    await shoot(page, '7-run')
    await page.getByRole('tab', { name: 'Preflight' }).click()
    await expect(page.getByText(/1 of \d+ sampled/)).toBeVisible()
    await shoot(page, '7-preflight')
    await page.getByRole('tab', { name: 'Summary' }).click()
    await expect(page.getByText('Useful tokens')).toBeVisible()
    await shoot(page, '7-summary')
    await page.getByRole('tab', { name: 'Charts' }).click()
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, '7-run-dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await shootPhone(page, '7-run-phone')
    await page.goto('/runs')
    await shoot(page, '7-runs')
  })

  await test.step('8 evaluations', async () => {
    await page.goto('/evaluations')
    await page.getByRole('button', { name: 'Create evaluation' }).first().click()
    await page.getByLabel('Answers per case').fill('1')
    await page.getByLabel('Cases').fill('12')
    await page.getByRole('button', { name: 'Start evaluation' }).click()
    await expect(page).toHaveURL(/\/evaluations\/eval_/)
    await expect(page.getByText(/win rate/i).first()).toBeVisible(minutes(10))
    await expect(page.getByLabel('Answers side by side')).toBeVisible(minutes(5))
    await shoot(page, '8-evaluation')
  })

  await test.step('9 models: deploy one, and use the public chat', async () => {
    await page.goto('/models')
    await page.getByRole('button', { name: 'Deploy', exact: true }).first().click()
    await page.getByRole('button', { name: /^Deploy (model|anyway)$/ }).click()
    await expect(page.getByLabel('Deployments')).toContainText('Palate')
    await shoot(page, '9-models')
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const visitor = await context.newPage()
    await visitor.goto(`${process.env.PALATE_URL}/chat`)
    await visitor.getByLabel('Ingredients').fill('black beans, corn, avocado,')
    // Start to wait before the click: a short answer ends soon.
    const streaming = visitor.getByRole('button', { name: 'Stop' }).waitFor()
    await visitor.getByRole('button', { name: 'Write recipe' }).click()
    await streaming
    await expect(visitor.getByRole('button', { name: 'Write recipe' })).toBeVisible(minutes(5))
    await visitor.getByRole('button', { name: 'Thumbs up' }).click()
    await expect(visitor.getByText('Saved. The team can train the next model on it.')).toBeVisible()
    await shoot(visitor, '9-chat', { fullPage: false })
    await visitor.setViewportSize({ width: 390, height: 844 })
    await shoot(visitor, '9-chat-phone', { fullPage: false })
    await context.close()
  })

  await test.step('the overview, after the loop', async () => {
    for (const name of ['agents', 'datasets', 'settings']) {
      await page.goto(`/${name}`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.locator('main [aria-busy=true]')).toHaveCount(0)
      await shoot(page, `10-${name}`)
    }
    await page.goto('/')
    await expect(page.getByText(/win rate/i).first()).toBeVisible()
    await shoot(page, '10-overview', { fullPage: false }) // the picture of the README
    await shootPhone(page, '10-overview-phone')
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, '10-overview-dark')
  })
})
