import { expect, test } from '@playwright/test'
import { connect } from './loop/client'
import { required, signIn } from './pages/account'

/** One person, or two, with the same thing open twice. */

test.use({ baseURL: process.env.PALATE_URL })

test('a version that another tab saves takes nothing away that was typed', async ({ page, context }) => {
  const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))
  const [example] = await client.persona.list.query()
  if (!example) throw new Error('The demo workspace has no personas.')
  const { id } = await client.persona.save.mutate({
    slug: 'two-tabs',
    body: { ...example.body, name: 'Two tabs', style: 'quick', flavors: ['mild'] },
  })
  await signIn(page)
  const other = await context.newPage()
  for (const tab of [page, other]) {
    await tab.goto(`/personas/${id}`)
    await expect(tab.getByLabel('Style')).toHaveValue('quick')
  }
  await page.getByLabel('Style').fill('slow, for guests')

  await other.getByLabel('Flavors').fill('smoky')
  await other.getByRole('button', { name: 'Save persona' }).click()
  await expect(other.getByRole('heading', { level: 1, name: 'Personas' })).toBeVisible()

  await expect(page.getByRole('status').filter({ hasText: 'Version 2 was saved' })).toBeVisible()
  await expect(page.getByLabel('Flavors')).toHaveValue('smoky')
  await expect(page.getByLabel('Style')).toHaveValue('slow, for guests')
  await page.getByRole('button', { name: 'Save persona' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Personas' })).toBeVisible()
  const saved = await client.persona.get.query({ id })
  expect(saved.body).toMatchObject({ style: 'slow, for guests', flavors: ['smoky'] })
  await client.persona.archive.mutate({ id })
})
