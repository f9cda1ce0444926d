import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BrowserContext, expect, test } from '@playwright/test'
import { signIn } from './pages/account'
import { listen } from './pages/inspect'

/**
 * Runs on the stack of the walk: what a browser enforces, and what a copied cookie is worth. That no page breaks its
 * policy is checked where each page is opened: `pages/inspect.ts`.
 */

const origin = process.env.PALATE_URL ?? ''
test.use({ baseURL: origin })

const statusOf = async (context: BrowserContext) =>
  (await context.request.get(`${origin}/api/trpc/session.me`)).status()

test('a script that somebody puts into a page does not run, and the browser reports it', async ({ page }) => {
  const errors = await listen(page)
  await signIn(page)
  for (const path of ['/', '/chat', '/runs/run_none', '/nope']) {
    await page.goto(path)
    await page.evaluate(() => {
      const html = '<img src="/none.png" alt="" onerror="window.injected = true">'
      document.body.insertAdjacentHTML('beforeend', html)
    })
    await expect.poll(() => errors.filter((error) => /Content Security Policy/.test(error))).not.toEqual([])
    expect(await page.evaluate(() => 'injected' in window), path).toBe(false)
    errors.length = 0
  }
})

test('sign-in never leads to another origin', async ({ page }) => {
  const targets = ['/\t/evil.example/x', '//evil.example/x', '/\\evil.example/x', 'https://evil.example/x']
  const address = (to: string) => `/sign-in?to=${encodeURIComponent(to)}`
  await signIn(page, address(targets[0] ?? ''))
  expect(new URL(page.url()).origin).toBe(new URL(origin).origin)
  // The second time the server redirects, because the session is there.
  for (const to of targets) {
    const response = await page.request.get(`${origin}${address(to)}`, { maxRedirects: 0 })
    const { location = '' } = response.headers()
    expect(location, to).not.toBe('')
    expect(new URL(location, origin).origin, to).toBe(new URL(origin).origin)
  }
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
