import type { Page } from '@playwright/test'
import type { Seeded } from './seed'

export interface MeasuredPage {
  path: string
  /** What a person does on it, to measure how soon the page answers. */
  act: (page: Page) => Promise<void>
  /** Measured without a session. */
  open?: boolean
}

/** Keys and clicks that every page answers: the focus moves, a menu opens and closes. */
async function moveAbout(page: Page): Promise<void> {
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
}

/** Opens what a button opens, and closes it by the keyboard. */
const opens = (name: string | RegExp) => async (page: Page) => {
  await moveAbout(page)
  const button = page.getByRole('button', { name }).first()
  if (!(await button.isVisible())) return
  await button.click()
  await page.getByRole('dialog').first().waitFor()
  await page.keyboard.press('Escape')
}

const tabs = async (page: Page) => {
  await moveAbout(page)
  for (const tab of await page.getByRole('tab').all()) await tab.click()
}

/** Every kind of page. */
export const pagesOf = ({ run, batch, dataset, evaluation, persona }: Seeded): MeasuredPage[] => [
  { path: '/sign-in', act: moveAbout, open: true },
  { path: '/chat', act: moveAbout, open: true },
  { path: '/', act: moveAbout },
  { path: '/datasets', act: moveAbout },
  { path: `/datasets/${dataset}`, act: moveAbout },
  { path: '/personas', act: moveAbout },
  { path: `/personas/${persona}`, act: moveAbout },
  { path: '/variants', act: opens('Create batch') },
  { path: `/variants/${batch}`, act: moveAbout },
  { path: '/labels', act: moveAbout },
  { path: '/labels/session', act: moveAbout },
  { path: '/runs', act: tabs },
  { path: '/runs/queue', act: moveAbout },
  { path: `/runs/${run}`, act: tabs },
  { path: '/evaluations', act: opens('Create evaluation') },
  { path: `/evaluations/${evaluation}`, act: moveAbout },
  { path: '/models', act: opens('Deploy') },
  { path: '/agents', act: opens('Enroll agent') },
  { path: '/settings', act: moveAbout },
]
