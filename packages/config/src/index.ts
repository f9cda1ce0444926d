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
