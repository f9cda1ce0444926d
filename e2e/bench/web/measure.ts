import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import type { MeasuredPage } from './pages'

export interface Measured {
  path: string
  /** Of the scripts that the page's HTML names, gzipped. */
  jsKb: number
  /** Of all that was loaded later, before anybody did anything. */
  laterKb: number
  lcpMs: number
  /** The slowest answer to a key or a click. */
  inpMs: number
  /** Until the first byte of the HTML. */
  serverMs: number
}

interface Visit {
  lcpMs: number
  serverMs: number
  scripts: string[]
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>
/** How long a page may still load after its content is there. */
const laterMs = 1000

const median = (list: readonly number[]) =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN

/** Opens a page several times, each in a browser that has nothing cached, and acts on it the last time. */
export async function measurePage(
  browser: Browser,
  origin: string,
  { path, act, open }: MeasuredPage,
  { signedIn, rounds }: { signedIn: SignedIn; rounds: number },
): Promise<Measured> {
  const visits: Visit[] = []
  let inpMs = 0
  let sizes = { jsKb: 0, laterKb: 0 }
  for (let round = 1; round <= rounds; round += 1) {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1440, height: 900 },
      ...(open ? {} : { storageState: signedIn }),
    })
    const page = await context.newPage()
    await page.addInitScript(observe)
    const html = (await (await page.goto(path))?.text()) ?? ''
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    await page.waitForTimeout(laterMs)
    const visit = await page.evaluate(readVisit)
    visits.push(visit)
    if (round === rounds) {
      sizes = await sizesOf(origin, html, visit.scripts)
      await act(page)
      inpMs = await page.evaluate(readSlowest)
    }
    await context.close()
  }
  return {
    path: path.replace(/\/[a-z]+_[^/]+$/, '/…'),
    ...sizes,
    lcpMs: median(visits.map(({ lcpMs }) => lcpMs)),
    inpMs,
    serverMs: median(visits.map(({ serverMs }) => serverMs)),
  }
}

async function sizesOf(origin: string, html: string, loaded: readonly string[]) {
  const named = new Set(
    [...html.matchAll(/<script[^>]* src="([^"]+)"[^>]*>/g)]
      .filter(([tag]) => !/nomodule/i.test(tag))
      .map(([, path]) => new URL(path ?? '', origin).href),
  )
  const later = new Set(loaded.filter((url) => !named.has(url)))
  return { jsKb: await gzippedKb(named), laterKb: await gzippedKb(later) }
}

async function gzippedKb(urls: ReadonlySet<string>): Promise<number> {
  let bytes = 0
  for (const url of urls) bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length
  return Math.round(bytes / 100) / 10
}

/** Runs in the page, before its scripts. */
function observe(): void {
  const seen = { lcp: 0, slowest: 0 }
  Object.assign(window, { palateSeen: seen })
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) seen.lcp = startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.slowest = Math.max(seen.slowest, duration)
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
}

interface Seen {
  palateSeen: { lcp: number; slowest: number }
}

function readVisit() {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  return {
    lcpMs: Math.round((window as unknown as Seen).palateSeen.lcp),
    serverMs: Math.round((navigation?.responseStart ?? 0) - (navigation?.requestStart ?? 0)),
    scripts: resources.map(({ name }) => name).filter((name) => name.endsWith('.js')),
  }
}

/** After two frames, when the browser has reported the last event. */
async function readSlowest(): Promise<number> {
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame)
  await new Promise((resolve) => setTimeout(resolve, 100))
  return (window as unknown as Seen).palateSeen.slowest
}

/** @returns the cookies of a person who signed in as people do */
export async function signIn(
  browser: Browser,
  origin: string,
  { email, password }: { email: string; password: string },
): Promise<SignedIn> {
  const context = await browser.newContext({ baseURL: origin })
  const page: Page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  const state = await context.storageState()
  await context.close()
  return state
}
