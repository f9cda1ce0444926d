import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { connect } from './loop/client'

/** Runs after the walk, on the same stack: a page that stays open follows its run, and reports when it cannot. */

const screenshots = fileURLToPath(new URL('./screenshots/', import.meta.url))
const config = {
  ...{ recipes: 160, steps: 120, batchSize: 4, hiddenSize: 32, layers: 2, heads: 4, kvHeads: 2 },
  ...{ ffnSize: 64, vocabSize: 700, checkpointEvery: 50, sampleEvery: 60 },
}

test.use({ baseURL: process.env.PALATE_URL })

test('an open run page follows its run by push, and reports when live updates are paused', async ({
  page,
}) => {
  const owner = JSON.parse(required('PALATE_OWNER')) as { ownerEmail: string; ownerPassword: string }
  const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(owner.ownerEmail)
  await page.getByLabel('Password').fill(owner.ownerPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)

  const { id } = await client.run.create.mutate({ kind: 'pretrain', name: 'watched', seed: 5, config })
  await page.goto(`/runs/${id}`)
  const tag = (status: string) => page.locator('main header').getByText(status, { exact: true }).first()
  await expect(page.getByRole('figure', { name: 'Loss' }).locator('canvas')).toBeVisible({ timeout: 600_000 })
  await expect(page.getByRole('heading', { name: 'Learning rate' })).toBeVisible()
  await page.screenshot({ path: `${screenshots}run-live.png`, fullPage: true })
  await expect(tag('finished')).toBeVisible({ timeout: 900_000 })
  const { series } = await client.run.metrics.query({ runId: id, keys: ['loss'] })
  const last = series[0]?.points.at(-1)?.[1] ?? Number.NaN
  await page.getByRole('slider', { name: 'Smoothing' }).press('Home')
  await expect(page.getByRole('figure', { name: 'Loss' })).toContainText(last.toPrecision(3))
  await page.screenshot({ path: `${screenshots}run-finished.png`, fullPage: true })

  // A finished run asks for nothing more by itself.
  const asked: string[] = []
  page.on('request', (request) => void (request.url().includes('/api/trpc/') && asked.push(request.url())))
  const paused = page.getByText('Live updates are paused; reconnecting…')
  await expect(paused).toBeHidden()
  await page.route('**/socket.io/**', (route) => route.abort())
  await page.reload()
  await expect(paused).toBeVisible()
  await page.screenshot({ path: `${screenshots}run-paused.png` })
  await page.unroute('**/socket.io/**')
  await expect(paused).toBeHidden()
  asked.length = 0
  await client.run.create.mutate({ kind: 'pretrain', name: 'another', seed: 6, config })
  await expect.poll(() => asked.some((url) => url.includes('overview.get'))).toBe(true)
  expect(asked.filter((url) => url.includes('run.metrics') || url.includes('run.logs'))).toEqual([])
})

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; the global set-up sets it.`)
  return value
}
