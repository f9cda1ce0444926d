import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8')

/** Relative luminance of a hex color, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const themes = [':root', "[data-theme='dark']"].map((selector) => {
  const from = css.indexOf(`${selector} {`)
  const block = css.slice(from, css.indexOf('\n}', from))
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = '', hex = '']) => [name, hex]),
  )
})

it.each(['ink', 'ink-2', 'ink-3', 'accent', 'good', 'warn', 'bad'])(
  '%s can be read on paper, cards and sunk areas',
  (ink) => {
    for (const theme of themes)
      for (const ground of ['paper', 'card', 'sunk'])
        expect(contrast(theme.get(ink) ?? '', theme.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5)
  },
)

it.each(['good', 'warn', 'bad'])('%s can be read on its soft ground', (tone) => {
  for (const theme of themes)
    expect(contrast(theme.get(tone) ?? '', theme.get(`${tone}-soft`) ?? '')).toBeGreaterThanOrEqual(4.5)
})
