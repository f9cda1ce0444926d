import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { sidewaysOf, violationsOf } from './faults'

/** A page in one of its states: where it is, and what brings it into that state. */
export interface PageState {
  name: string
  path: string
  /** Waits for the state's content, or makes it: opens a dialog, fills a form. */
  open: (page: Page) => Promise<unknown>
  /** The only view that has it, such as the bar of a phone. */
  only?: 'desktop' | 'phone'
  /** An error in the browser that the state is about. */
  expected?: RegExp
}

const views = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const
const viewNames = ['desktop', 'phone'] as const

/** A folder that gets a picture of each state: `npm run screenshots`. Without it no picture is taken. */
const pictures = process.env.PALATE_SCREENSHOTS

/**
 * Opens each state once and looks at it on a desktop and on a phone, in the light and the dark theme. Nothing may
 * break a rule of axe, scroll sideways, break the content security policy, or throw. All faults are reported together.
 */
export async function inspectStates(page: Page, states: readonly PageState[]): Promise<void> {
  const errors = await listen(page)
  const faults: string[] = []
  for (const state of states)
    await test.step(state.name, async () => {
      const { name, path, open, only, expected } = state
      await page.setViewportSize(views[only ?? 'desktop'])
      await page.emulateMedia({ colorScheme: 'light' })
      const response = await page.goto(path)
      faults.push(...missingHeaders(response?.headers() ?? {}).map((header) => `${name}: no ${header}`))
      try {
        await open(page)
        for (const view of only ? [only] : viewNames) faults.push(...(await inspectView(page, state, view)))
      } catch (error) {
        faults.push(`${name}: not open: ${error instanceof Error ? error.message : String(error)}`)
      }
      const unexpected = errors.splice(0).filter((error) => !expected?.test(error))
      faults.push(...unexpected.map((error) => `${name}: ${error}`))
    })
  expect(faults).toEqual([])
}

/** The colors of the dark theme are the same on a phone, so they are looked at once. */
async function inspectView(
  page: Page,
  { name, only }: PageState,
  view: keyof typeof views,
): Promise<string[]> {
  const faults: string[] = []
  await page.setViewportSize(views[view])
  await settle(page)
  const wide = await sidewaysOf(page)
  faults.push(...wide.map((html) => `scrolls sideways: ${html}`))
  faults.push(...(await violationsOf(page, 'all')))
  await shoot(page, `${name}-${view}-light`)
  if (view === 'desktop' || only === view || pictures) {
    await page.emulateMedia({ colorScheme: 'dark' })
    await settle(page)
    faults.push(...(await violationsOf(page, 'colors')).map((fault) => `dark: ${fault}`))
    await shoot(page, `${name}-${view}-dark`)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  return faults.map((fault) => `${name}, ${view}: ${fault}`)
}

const headers: Readonly<Record<string, RegExp>> = {
  'content-security-policy': /script-src 'self' 'nonce-.*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^same-origin$/,
}

const missingHeaders = (found: Readonly<Record<string, string>>) =>
  Object.keys(headers).filter((name) => !headers[name]?.test(found[name] ?? ''))

/** Everything is loaded and drawn: no skeletons, fonts there, charts resized, animations over. */
async function settle(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  await page.evaluate(async () => {
    await document.fonts.ready
    for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame)
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)))
  })
}

/** @returns a list that fills with what goes wrong in the browser */
export async function listen(page: Page): Promise<string[]> {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    // An answer with an error status is what some states are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text())
  })
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`Content Security Policy: ${violatedDirective} ${blockedURI}`),
    ),
  )
  return errors
}

async function shoot(page: Page, name: string): Promise<void> {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  const isOpen = (await page.locator('[role=dialog], [role=menu], [role=listbox]').count()) > 0
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: !isOpen, animations: 'disabled' })
}
