import { expect, type Page } from '@playwright/test'
import type { PageState } from './inspect'

const procedures = '**/api/trpc/**'

/** Opens a page whose requests get this answer. */
async function withAnswer(page: Page, path: string, answer: { status: number; body: string }): Promise<void> {
  await page.route(procedures, (route) => route.fulfill(answer))
  await page.goto(path)
}

/** What a page shows when the network, the server or the page itself fails. Each ends with the network as it was. */
export const failureStates: PageState[] = [
  {
    name: 'offline',
    path: '/',
    open: async (page) => {
      await expect(page.getByRole('list', { name: 'The loop' })).toBeVisible()
      await page.context().setOffline(true)
      await expect(page.getByText('You are offline.')).toBeVisible()
      await page.context().setOffline(false)
    },
  },
  {
    name: 'server-error',
    path: '/models',
    open: async (page) => {
      await withAnswer(page, '/models', { status: 502, body: '<html>Bad gateway</html>' })
      await expect(page.getByRole('button', { name: 'Try again' }).first()).toBeVisible()
      await page.unroute(procedures)
    },
  },
  {
    name: 'page-error',
    path: '/chat',
    expected: /TypeError|Cannot read properties/,
    open: async (page) => {
      const body = JSON.stringify([{ result: { data: { json: { slug: 'palate', personas: null } } } }])
      await withAnswer(page, '/chat', { status: 200, body })
      await expect(page.getByText('This page could not be shown')).toBeVisible()
      await page.unroute(procedures)
    },
  },
]
