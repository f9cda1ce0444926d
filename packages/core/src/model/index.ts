export type { Lineage } from './lineage'
export { getModel, listModels, type ModelView } from './list'
export { type ModelVersionRow, registerModelVersion } from './register'
