import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'

/** Runs on the stack of the walk: what a browser enforces, and what a copied cookie is worth. */

const origin = process.env.PALATE_URL ?? ''
test.use({ baseURL: origin })

async function signIn(page: Page, path = '/sign-in'): Promise<void> {
  const owner = JSON.parse(process.env.PALATE_OWNER ?? '{}') as { ownerEmail: string; ownerPassword: string }
  await page.goto(path)
  await page.getByLabel('Email').fill(owner.ownerEmail)
  await page.getByLabel('Password').fill(owner.ownerPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

const statusOf = async (context: BrowserContext) =>
  (await context.request.get(`${origin}/api/trpc/session.me`)).status()

test('no page breaks its content security policy, and each has the headers', async ({ page }) => {
  const violations: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|violates/i.test(message.text())) violations.push(message.text())
  })
  await signIn(page)
  const stations = ['/', '/datasets', '/personas', '/variants', '/labels', '/runs', '/evaluations', '/models']
  for (const path of [
    ...stations,
    '/runs/queue',
    '/agents',
    '/settings',
    '/chat',
    '/runs/run_none',
    '/nope',
  ]) {
    const response = await page.goto(path)
    expect(response?.headers(), path).toMatchObject({
      'content-security-policy': expect.stringMatching(/script-src 'self' 'nonce-.*frame-ancestors 'none'/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
    await expect(page.locator('h1, h2').first(), path).toBeVisible()
  }
  expect(violations).toEqual([])
})

test('sign-in never leads to another origin', async ({ page }) => {
  await signIn(page, '/sign-in?to=%2F%09%2Fevil.example%2Fx')
  expect(new URL(page.url()).origin).toBe(new URL(origin).origin)
})

test('a page on another port of the same host changes nothing', async ({ page }) => {
  await signIn(page)
  const form = `<form method="post" enctype="multipart/form-data" action="${origin}/api/trpc/agent.createEnrollmentCode"><input name="x" value="y"></form><script>document.forms[0].submit()</script>`
  const other = createServer((_incoming, response) =>
    response.setHeader('content-type', 'text/html').end(form),
  )
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const refused = page.waitForResponse(/createEnrollmentCode/)
  await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`).catch(() => undefined)
  expect((await refused).status()).toBe(403)
  other.close()
})

test('a session that is signed out elsewhere ends at once, and so does a copied cookie', async ({
  page,
  context,
  browser,
}) => {
  await signIn(page)
  const [second, thief] = [await browser.newContext({ baseURL: origin }), await browser.newContext()]
  await signIn(await second.newPage())
  await thief.addCookies(await second.cookies())
  expect(await statusOf(thief)).toBe(200)

  await page.goto('/settings')
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect(page.getByRole('button', { name: 'Sign out everywhere else' })).toHaveCount(0)
  expect([await statusOf(second), await statusOf(thief), await statusOf(context)]).toEqual([401, 401, 200])

  await thief.addCookies(await context.cookies())
  await page.getByRole('button', { name: /Owner/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/sign-in/)
  expect(await statusOf(thief)).toBe(401)
})
