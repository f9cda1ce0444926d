export { listDeployments } from './list'
export { saveDeployment } from './save'
export type { DeploymentView } from './view'
