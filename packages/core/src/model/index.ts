export { addModel } from './add'
export type { Lineage } from './lineage'
export { getModel, listModels, type ModelDetail, type ModelView } from './list'
export { type ModelVersionRow, registerModelVersion } from './register'
