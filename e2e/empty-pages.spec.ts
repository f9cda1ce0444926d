import { expect, test } from '@playwright/test'
import { signIn } from './pages/account'
import { inspectStates, type PageState } from './pages/inspect'
import { heading } from './pages/open'

/** The first spec on the stack: every page before anything is there, and the pages without an account. */

test.use({ baseURL: process.env.PALATE_URL })

const strangers: PageState[] = [
  heading('sign-in', '/sign-in', 'Sign in to Palate'),
  {
    name: 'sign-in-empty-form',
    path: '/sign-in',
    open: (page) => page.getByRole('button', { name: 'Sign in' }).click(),
  },
  {
    name: 'sign-in-wrong-password',
    path: '/sign-in',
    open: async (page) => {
      await page.getByLabel('Email').fill('nobody@palate.example')
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
    },
  },
  heading('chat-without-model', '/chat', 'No model is deployed'),
  heading('chat-answer-unknown', '/chat/turn_none', 'This could not be shown'),
]

const empty: PageState[] = [
  heading('overview-empty', '/', /stations done/),
  heading('datasets-empty', '/datasets', 'Datasets'),
  heading('variants-empty', '/variants', 'Variants'),
  heading('labels-empty', '/labels', 'No pairs yet'),
  heading('label-session-empty', '/labels/session', 'No pairs yet'),
  heading('runs-empty', '/runs', 'No runs yet'),
  heading('queue-empty', '/runs/queue', 'No queued runs'),
  heading('evaluations-empty', '/evaluations', 'Evaluations'),
  heading('models-empty', '/models', 'No models yet'),
]

test('pages without an account are accessible and break no policy', async ({ page }) => {
  await inspectStates(page, strangers)
})

test('empty pages are accessible and break no policy', async ({ page }) => {
  await signIn(page)
  await inspectStates(page, empty)
})
