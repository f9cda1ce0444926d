export { getOverview, type Overview } from './get'
export type { Need } from './needs'
export type { Choice, NextStep, Station, StepAction } from './station'
