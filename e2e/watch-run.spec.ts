import { fileURLToPath } from 'node:url'
import { expect, type Page, test, type WebSocketRoute } from '@playwright/test'
import postgres from 'postgres'
import { formatPosition, formatValue } from '../packages/ui/src/chart/format'
import { connect } from './loop/client'
import { required, signIn } from './pages/account'
import { readChart } from './pages/read-chart'

/** Runs after the walk, on the same stack: a page that stays open follows its run, and reports when it cannot. */

const screenshots = fileURLToPath(new URL('./screenshots/', import.meta.url))
const config = {
  ...{ recipes: 160, steps: 120, batchSize: 4, hiddenSize: 32, layers: 2, heads: 4, kvHeads: 2 },
  ...{ ffnSize: 64, vocabSize: 700, checkpointEvery: 50, sampleEvery: 60 },
}

test.use({ baseURL: process.env.PALATE_URL })

const tag = (page: Page, status: string) =>
  page.locator('main header').getByText(status, { exact: true }).first()

/** The points of a curve as the database has them, by the names that a chart gives to their positions. */
async function readStored(runId: string, key: string, label: string): Promise<Map<string, string>> {
  const everyWorkspace = { 'app.workspace': '*' }
  const sql = postgres(required('PALATE_STACK_DATABASE_URL'), { max: 1, connection: everyWorkspace })
  try {
    const points = await sql<{ position: number; value: number }[]>`
      select position, value from metric_point join metric_series on metric_series.id = series_id
      where run_id = ${runId} and key = ${key} and axis = 'step' order by position`
    return new Map(
      points.map(({ position, value }) => [
        formatPosition(position, 'step'),
        `${label} ${formatValue(value)}`,
      ]),
    )
  } finally {
    await sql.end()
  }
}

test('a run page that is watched from start to end misses no point, also over a lost connection', async ({
  page,
}) => {
  const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))
  const sockets: WebSocketRoute[] = []
  await page.routeWebSocket(/socket\.io/, (socket) => {
    socket.connectToServer()
    sockets.push(socket)
  })
  await signIn(page)
  const { id } = await client.run.create.mutate({ kind: 'pretrain', name: 'watched', seed: 5, config })
  await page.goto(`/runs/${id}`)
  await page.evaluate(() => Object.assign(window, { stayedOpen: true }))
  await expect(page.getByRole('figure', { name: 'Loss' }).locator('canvas')).toBeVisible({ timeout: 600_000 })
  for (const socket of sockets.splice(0)) await socket.close()
  await page.screenshot({ path: `${screenshots}run-live.png`, fullPage: true })
  await expect(tag(page, 'finished')).toBeVisible({ timeout: 900_000 })

  await page.getByRole('slider', { name: 'Smoothing' }).press('Home')
  for (const [chart, key, label] of [
    ['Loss', 'loss', 'training'],
    ['Learning rate', 'learning_rate', 'learning rate'],
    ['Gradient norm', 'grad_norm', 'gradient norm'],
  ] as const) {
    const stored = await readStored(id, key, label)
    expect(stored.size).toBeGreaterThan(10)
    // Another curve of the chart may have points between those of this one.
    await expect
      .poll(async () => [...(await readChart(page, chart))].filter(([, text]) => !text.includes('–')), chart)
      .toEqual([...stored])
  }
  expect(await page.evaluate(() => 'stayedOpen' in window)).toBe(true)
  await page.screenshot({ path: `${screenshots}run-finished.png`, fullPage: true })
})

test('a page reports when live updates are paused, and a finished run asks for nothing more', async ({
  page,
}) => {
  const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))
  const finished = (await client.run.list.query()).find(({ name }) => name === 'watched')
  await signIn(page)
  await page.goto(`/runs/${finished?.id}`)
  await expect(page.getByRole('figure', { name: 'Loss' }).locator('canvas')).toBeVisible()
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
