import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Loaded } from './loaded'

const show = (httpStatus: number, message: string) =>
  renderToStaticMarkup(
    <Loaded
      query={{
        data: undefined,
        error: Object.assign(new Error(message), { data: { httpStatus } }),
        refetch: () => undefined,
      }}
      skeleton={null}
    >
      {() => null}
    </Loaded>,
  )

it('does not offer to try again for what does not exist', () => {
  expect(show(404, 'This run does not exist.')).toContain('This run does not exist.')
  expect(show(404, 'This run does not exist.')).not.toContain('Try again')
  expect(show(403, 'You may not see this.')).not.toContain('Try again')
})

it.each([500, 503, 429])('offers it for %i, which may pass', (status) => {
  expect(show(status, 'Palate is busy.')).toContain('Try again')
})
