export type { Lineage } from './lineage'
export { getModel, listModels } from './read'
export { type ModelVersionRow, registerModelVersion } from './register'
export type { ModelView } from './view'
