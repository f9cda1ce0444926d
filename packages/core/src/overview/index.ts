export { getOverview, type Overview } from './get'
export type { Need } from './needs'
export type { NextStep, Station } from './plan'
