import { expect, it } from 'vitest'
import { findNotFood } from './not-food'

it.each([
  ['bleach', 'bleach'],
  ['2 cups Household Bleach', 'bleach'],
  ['drain cleaner', 'drain cleaner'],
  ['Laundry pods', 'laundry pods'],
  ['bleached flour', null],
  ['glass noodles', null],
  ['baker’s ammonia', null],
  ['poisson cru', null],
  ['black beans', null],
])('%s: %s', (text, found) => expect(findNotFood(text)).toBe(found))
