export { getFitFacts } from './facts'
export { getRunReceipt } from './receipt'
