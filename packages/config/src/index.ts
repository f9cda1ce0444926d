export {
  DiskError,
  type DiskProblem,
  type DiskTarget,
  findDiskProblem,
  makeFolder,
  nameDiskError,
  writingTo,
} from './disk-error'
export { readEnv } from './env'
export { limits } from './limits'
export {
  defaultOf,
  envSchema,
  type ProcessName,
  processNames,
  type Variable,
  type VariableName,
  variables,
} from './variables'
