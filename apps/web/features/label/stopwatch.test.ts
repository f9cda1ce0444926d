import { afterEach, expect, it, vi } from 'vitest'
import { pauseWhileOffline, Stopwatch } from './stopwatch'

afterEach(() => vi.unstubAllGlobals())

function openBrowser() {
  const window = new EventTarget()
  const navigator = { onLine: true }
  vi.stubGlobal('window', window)
  vi.stubGlobal('navigator', navigator)
  return (online: boolean) => {
    navigator.onLine = online
    window.dispatchEvent(new Event(online ? 'online' : 'offline'))
  }
}

it('does not count the time in which the browser is offline', () => {
  const setOnline = openBrowser()
  let now = 1000
  const watch = new Stopwatch(() => now)
  const end = pauseWhileOffline(watch)
  now += 2000
  setOnline(false)
  now += 600_000
  expect(watch.read()).toBe(2000)
  setOnline(false)
  setOnline(true)
  now += 500
  expect(watch.read()).toBe(2500)
  end()
  setOnline(false)
  now += 500
  expect(watch.read()).toBe(3000)
})

it('begins paused for a pair that is shown while the browser is offline', () => {
  const setOnline = openBrowser()
  setOnline(false)
  let now = 0
  const watch = new Stopwatch(() => now)
  pauseWhileOffline(watch)
  now += 5000
  setOnline(true)
  now += 700
  expect(watch.read()).toBe(700)
})
