import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { freePort } from '../scripts/lib/process.mjs'
import { type Stack, startStack } from '../scripts/lib/stack.mjs'
import { required, signIn } from './pages/account'
import { inspectStates, type PageState } from './pages/inspect'

/** A stack of its own, whose database is taken away while people work. */

const sentence = 'The database is not available at the moment.'
const typed = { name: 'Lunch in the rain', style: 'quick, one pot' }

test('without the database pages say so, keep what was typed, and go on by themselves', async ({
  page,
  context,
}) => {
  const home = mkdtempSync(join(tmpdir(), 'palate-away-'))
  chmodSync(home, 0o755) // the database runs as another user, who needs access
  const [python, dist] = [required('PALATE_PYTHON'), required('PALATE_WEB_DIST')]
  const stack = await startStack({ home, port: await freePort(), python, dist })
  try {
    await lookAway(stack, page, context)
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
})

async function lookAway({ origin, boot, children }: Stack, page: Page, context: BrowserContext) {
  const { postgres } = children
  if (!postgres) throw new Error('This test takes its own PostgreSQL away: start it without DATABASE_URL.')
  await signIn(page, `${origin}/sign-in`, { email: boot.ownerEmail, password: boot.ownerPassword ?? '' })
  const form = await context.newPage()
  await form.goto(`${origin}/personas/new`)
  await form.getByLabel('Name').fill(typed.name)
  await form.getByLabel('Style').fill(typed.style)

  await postgres.stop()
  await expectHealth(page, origin, 503)
  await form.getByRole('button', { name: 'Save persona' }).click()
  await expect(form.getByText(sentence)).toBeVisible()
  await inspectStates(page, awayStates(origin))
  const chat = await context.newPage()
  await chat.goto(`${origin}/chat`)
  await expect(chat.getByText(sentence).first()).toBeVisible()
  await expect(chat.getByRole('heading', { level: 1, name: 'Palate is waiting' })).toBeVisible()
  await page.goto(`${origin}/datasets`)
  await expect(page.getByText(sentence)).toBeVisible()
  const loads = countLoads([page, chat, form])

  postgres.start()
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible()
  await expect(chat.getByRole('heading', { name: 'No model is deployed' })).toBeVisible()
  await expectHealth(page, origin, 200)
  await expect(form.getByLabel('Name')).toHaveValue(typed.name)
  await expect(form.getByLabel('Style')).toHaveValue(typed.style)
  await form.getByRole('button', { name: 'Save persona' }).click()
  await expect(form.getByRole('heading', { level: 1, name: 'Personas' })).toBeVisible()
  await expect(form.getByText(typed.name).first()).toBeVisible()
  expect(loads()).toBe(0)
}

/** A page that the server renders (the browser reports its error), and one that asks in the browser. */
const awayStates = (origin: string): PageState[] => [
  away('outage-page', `${origin}/datasets`),
  away('outage-chat', `${origin}/chat`),
]

function away(name: string, path: string): PageState {
  const open = (page: Page) => expect(page.getByText(sentence).first()).toBeVisible()
  return { name, path, open, expected: /React error #441/ }
}

/** @returns how often the pages were loaded since then */
function countLoads(pages: readonly Page[]): () => number {
  let count = 0
  for (const one of pages)
    one.on('load', () => {
      count += 1
    })
  return () => count
}

async function expectHealth(page: Page, origin: string, status: number) {
  for (const path of ['/api/health', '/files/health'])
    await expect
      .poll(async () => (await page.request.get(`${origin}${path}`)).status(), { message: path })
      .toBe(status)
}
