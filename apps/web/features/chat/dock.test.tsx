import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { CheckedCard } from './checked-card'
import { Dock } from './dock'
import { Question } from './question'

const nothing = () => undefined

it('shows Stop beside the other button, so that a double click does not stop the answer', () => {
  const html = renderToStaticMarkup(<Dock writing onAsk={nothing} onStop={nothing} />)
  const buttons = [...html.matchAll(/<button[^>]*>/g)].map(([tag]) => tag)
  expect(html.indexOf('Stop')).toBeLessThan(html.indexOf('Write recipe'))
  expect(buttons.at(-1)).toMatch(/type="submit".*disabled=""|disabled="".*type="submit"/)
})

it('cuts nothing that is typed or pasted', () => {
  expect(renderToStaticMarkup(<Dock writing={false} onAsk={nothing} onStop={nothing} />)).not.toMatch(
    /maxlength/i,
  )
})

it('breaks a word that is wider than the page', () => {
  const word = 'x'.repeat(500)
  expect(renderToStaticMarkup(<Question inventory={[word]} request={word} />)).toMatch(
    /^<p[^>]*overflow-wrap:anywhere/,
  )
  const card = renderToStaticMarkup(
    <CheckedCard text={`# ${word}`} inventory={[word]} persona={undefined} writing={false} whole />,
  )
  expect(card).toMatch(/^<article[^>]*overflow-wrap:anywhere/)
})
