import { expect, type Page } from '@playwright/test'
import type { PageState } from './inspect'

const isIdle = (page: Page) => expect(page.getByRole('button', { name: 'Write recipe' })).toBeVisible()

/** The public chat. @param turn an answer that the walk has got */
export function chatStates(turn: string): PageState[] {
  return [
    { name: 'chat', path: '/chat', open: isIdle },
    {
      name: 'chat-problems',
      path: '/chat',
      open: async (page) => {
        await page.getByLabel('Ingredients').fill(`corn, ${'tomato'.repeat(30)},`)
        await page.getByLabel('Request').fill('quick '.repeat(200))
        await page.getByRole('button', { name: 'Sampling settings' }).click()
        await expect(page.getByRole('alert').first()).toBeVisible()
      },
    },
    {
      name: 'chat-answered',
      path: '/chat',
      open: async (page) => {
        await page.getByLabel('Ingredients').fill('black beans, milk, corn,')
        await page.getByRole('button', { name: 'Write recipe' }).click()
        await expect(page.getByRole('button', { name: 'Thumbs up' })).toBeVisible()
        await page.getByRole('button', { name: 'Thumbs up' }).click()
        await expect(page.getByText('Saved.')).toBeVisible()
      },
    },
    {
      name: 'chat-shared',
      path: `/chat/${turn}`,
      open: (page) => expect(page.getByRole('article', { name: 'Recipe' })).toBeVisible(),
    },
  ]
}
