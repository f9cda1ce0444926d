export { readEnv } from './env'
