import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { TurnView } from './turn-view'
import type { Turn } from './turns'

const turn: Turn = {
  ...{ key: '1', persona: 'vegan', inventory: ['corn'], request: 'lunch', text: '# Corn soup' },
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 },
  ...{ status: 'failed', error: 'The answer broke off.', turnId: null, thumb: null },
}
const show = (busy: boolean) =>
  renderToStaticMarkup(
    <TurnView
      turn={turn}
      persona={undefined}
      busy={busy}
      onRate={() => undefined}
      onRetry={() => undefined}
    />,
  )

it('keeps the text of an answer that broke off, says why, and offers to try again', () => {
  const html = show(false)
  expect(html).toContain('Corn soup')
  expect(html).toMatch(/role="alert"[^>]*>The answer broke off\.</)
  expect(html).toMatch(/<button(?![^>]*disabled="")[^>]*>(<svg.*?<\/svg>)? Try again<\/button>/)
})

it('does not try again while another answer is being written', () => {
  expect(show(true)).toMatch(/<button[^>]*disabled=""[^>]*>(<svg.*?<\/svg>)? Try again<\/button>/)
})
