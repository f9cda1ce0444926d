import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { root } from '../scripts/lib/paths.mjs'
import { required } from './pages/account'

/** What the scripts that the first load of a page names may weigh, gzipped, in kB of 1,000 bytes. */
const budgetKb = 206
/** Pages with charts, and those without a shell, have budgets of their own; forms that are not split yet have larger ones. */
const budgetsKb: Readonly<Record<string, number>> = {
  ...{ '/runs/[id]': 220, '/settings': 260, '/settings/members': 260, '/invite/[token]': 250 },
  ...{ '/sign-in': 175, '/chat': 192, '/chat/[turnId]': 190 },
}

interface Route {
  route: string
  firstLoadChunkPaths: string[]
}

test('no page loads more JavaScript than its budget', () => {
  const dist = join(root, 'apps/web', required('PALATE_WEB_DIST'))
  const routes = JSON.parse(
    readFileSync(join(dist, 'diagnostics/route-bundle-stats.json'), 'utf8'),
  ) as Route[]
  const sizes = new Map<string, number>()
  const sizeOf = (name: string): number => {
    const known = sizes.get(name)
    if (known !== undefined) return known
    const size = gzipSync(readFileSync(join(dist, 'static/chunks', name))).length / 1000
    sizes.set(name, size)
    return size
  }
  const over = routes.flatMap(({ route, firstLoadChunkPaths }) => {
    const kb = firstLoadChunkPaths.reduce((sum, path) => sum + sizeOf(basename(path)), 0)
    const budget = budgetsKb[route] ?? budgetKb
    return kb > budget ? [`${route}: ${kb.toFixed(1)} kB of ${budget}`] : []
  })
  expect(routes.length).toBeGreaterThan(15)
  expect(over).toEqual([])
})
