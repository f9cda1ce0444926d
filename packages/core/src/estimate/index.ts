export { getEstimateFacts } from './facts'
export { getRunSummary } from './summary'
