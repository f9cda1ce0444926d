import { expect, type Page } from '@playwright/test'
import type { PageState } from './inspect'

/** A page that is open when a heading of it is there. */
export function heading(name: string, path: string, text: string | RegExp): PageState {
  return {
    name,
    path,
    open: (page) => expect(page.getByRole('heading', { name: text }).first()).toBeVisible(),
  }
}

/** A page with its dialog open. */
export function dialog(name: string, path: string, button: string | RegExp): PageState {
  return { name, path, open: (page) => openDialog(page, button) }
}

export async function openDialog(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: button }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

/** A page after buttons were clicked, one after the other, and a text is there. */
export function clicks(
  name: string,
  path: string,
  buttons: readonly (string | RegExp)[],
  text: string | RegExp,
) {
  const open = async (page: Page) => {
    for (const button of buttons) await page.getByRole('button', { name: button }).first().click()
    await expect(page.getByText(text).filter({ visible: true }).first()).toBeVisible()
  }
  return { name, path, open } satisfies PageState
}
