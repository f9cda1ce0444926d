import { buttonStyles } from '@palate/ui'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { NextStepButton } from './next-step-button'

vi.mock('next/navigation', () => ({ usePathname: () => '/labels' }))
vi.mock('./use-next-step', () => ({
  useNextStep: () => ({
    label: 'Train on the votes',
    hint: '',
    href: '/runs',
    doubt: null,
    isStarting: false,
  }),
}))

const dark = /bg-ink /

it('leaves the dark button of a page to the page, except on the overview', () => {
  expect(buttonStyles({ look: 'primary' })).toMatch(dark)
  expect(renderToStaticMarkup(<NextStepButton />)).not.toMatch(dark)
  expect(renderToStaticMarkup(<NextStepButton large />)).toMatch(dark)
})
