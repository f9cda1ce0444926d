export { type DeploymentView, listDeployments } from './list'
export { saveDeployment } from './save'
