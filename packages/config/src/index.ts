export { readEnv } from './env'
export {
  defaultOf,
  envSchema,
  type ProcessName,
  processNames,
  type Variable,
  type VariableName,
  variables,
} from './variables'
