import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Progress } from './progress'

it('an unknown share has no width that could be read as a value', () => {
  const html = renderToStaticMarkup(<Progress value={undefined} label="Import" />)
  expect(html).not.toContain('aria-valuenow')
  expect(html).not.toMatch(/w-1\/3|width:/)
  expect(html).toContain('animate-slide')
})

it('a known share has its width', () => {
  const html = renderToStaticMarkup(<Progress value={0.33} label="Import" />)
  expect(html).toContain('aria-valuenow="33"')
  expect(html).toContain('width:33%')
})
