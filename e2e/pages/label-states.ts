import { expect, type Page } from '@playwright/test'
import type { PageState } from './inspect'
import { dialog, heading } from './open'

const session = '/labels/session'
const inSession = (page: Page) => expect(page.getByRole('toolbar', { name: 'Your choice' })).toBeVisible()

export const labelStates: PageState[] = [
  heading('labels', '/labels', 'Labels'),
  dialog('labels-rules', '/labels', 'Label the rest by rules'),
  { name: 'label-session', path: session, open: inSession },
  {
    name: 'label-session-rules',
    path: session,
    open: async (page) => {
      await inSession(page)
      await page.getByRole('button', { name: /^(All \d+ rules|The rule|Details)$/ }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
    },
  },
  dialog('label-session-keys', session, 'Keyboard shortcuts'),
  {
    name: 'label-session-done',
    path: '/labels',
    open: async (page) => {
      await page.route('**/api/trpc/label.next*', (route) =>
        route.fulfill({ json: { result: { data: { json: [] } } } }),
      )
      await page.getByRole('link', { name: 'Label pairs' }).click()
      await expect(page.getByRole('heading', { name: 'No pairs left to label' })).toBeVisible()
      await page.unroute('**/api/trpc/label.next*')
    },
  },
]
