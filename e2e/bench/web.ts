import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { startStack } from './stack'
import { type Measured, measurePage, signIn } from './web/measure'
import { pagesOf } from './web/pages'
import { seed } from './web/seed'

/**
 * `npm run bench web`: every kind of page of a full workspace (200 runs with curves, 100,000 pairs, 50 members), in
 * Chromium with an empty cache, on the production build: the server's time, the JavaScript of the first load, the largest
 * contentful paint, and the slowest answer to scripted keys and clicks.
 */
const { values } = parseArgs({
  options: {
    dist: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    /** Only pages whose path contains this. */
    only: { type: 'string', default: '' },
  },
})

const show = ({ path, serverMs, jsKb, laterKb, lcpMs, inpMs }: Measured) => {
  const figures = [serverMs, jsKb.toFixed(1), laterKb.toFixed(1), lcpMs, inpMs]
  console.log(`  ${path.padEnd(18)}${figures.map((one) => String(one).padStart(10)).join('')}`)
}

const worstOf = (pages: readonly Measured[], key: 'jsKb' | 'lcpMs' | 'inpMs') =>
  Math.max(...pages.map((page) => page[key]))

const stack = await startStack({ web: values.dist })
try {
  const seeded = await seed(stack)
  const browser = await chromium.launch({
    ...(process.env.PALATE_CHROMIUM ? { executablePath: process.env.PALATE_CHROMIUM } : {}),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  try {
    const signedIn = await signIn(browser, stack.origin, stack.owner)
    const rounds = Number(values.rounds)
    const pages: Measured[] = []
    console.log('\n  page                server ms     JS kB  later kB    LCP ms    INP ms')
    for (const page of pagesOf(seeded).filter(({ path }) => path.includes(values.only))) {
      const measured = await measurePage(browser, stack.origin, page, { signedIn, rounds })
      pages.push(measured)
      show(measured)
    }
    const worst = {
      jsKb: worstOf(pages, 'jsKb'),
      lcpMs: worstOf(pages, 'lcpMs'),
      inpMs: worstOf(pages, 'inpMs'),
    }
    console.log(`\n${JSON.stringify({ pages: pages.map(({ laterKb: _, ...page }) => page), worst })}`)
  } finally {
    await browser.close()
  }
} finally {
  await stack.stop()
}
