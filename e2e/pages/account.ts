import { expect, type Page } from '@playwright/test'

/** The owner of the test stack, as the global set-up made it. */
export function ownerOf(): { email: string; password: string } {
  const boot = JSON.parse(required('PALATE_OWNER')) as { ownerEmail: string; ownerPassword: string }
  return { email: boot.ownerEmail, password: boot.ownerPassword }
}

/**
 * Signs the owner in, from the sign-in page or one that leads to it.
 *
 * @param owner of another stack than the test stack
 */
export async function signIn(page: Page, path = '/sign-in', owner = ownerOf()): Promise<void> {
  const { email, password } = owner
  await page.goto(path)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

/** @returns an environment variable of the global set-up */
export function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; the global set-up sets it.`)
  return value
}
