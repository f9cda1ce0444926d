export { finishGenerateRun } from './finish'
export { type Generation, receiveGeneration } from './receive'
