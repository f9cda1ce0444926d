export { type ModelVersionRow, registerModelVersion } from './register'
