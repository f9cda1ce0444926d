import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { FeedbackRow } from './feedback-list'

it('names the answer, the ingredients and the request of a thumb, before it is opened', () => {
  const text = '# Lime beans\n\n## Ingredients\n- 1 cup black beans\n\n## Directions\n1. Warm the beans.\n'
  const html = renderToStaticMarkup(
    <FeedbackRow
      feedback={{
        id: 'fb_1',
        thumb: 'down',
        createdAt: new Date(0),
        turn: {
          id: 'turn_1',
          text,
          inventory: ['black beans', 'lime'],
          request: 'something quick',
          persona: null,
          deployment: 'demo',
          model: { id: 'mv_1', name: 'Starter', number: 2 },
        },
      }}
    />,
  )
  const summary = html.slice(0, html.indexOf('</summary>'))
  expect(summary).toContain('Lime beans')
  expect(summary).toContain('black beans and lime · something quick')
  expect(html.slice(summary.length)).toContain('Warm the beans.')
})
