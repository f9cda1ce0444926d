export { findPeakFlops } from './devices'
export * from './estimate'
export {
  countTrainable,
  type EstimateSettings,
  type MemoryEstimate,
  weightBytes,
} from './memory'
export {
  activationBytesPerToken,
  allPlans,
  listMemoryPlans,
  type MemoryPlan,
  type PlanWish,
  planFigures,
} from './memory-plan'
export { type Optimizer, optimizerBytes } from './optimizer'
export { countLoraParameters, countParameters, ModelShape, readModelShape } from './shape'
export { type EstimateData, flopsPerToken } from './time'
export * from './work'
