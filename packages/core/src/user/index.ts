export { bootstrapDemo, type DemoWorkspace, demoOwner } from './bootstrap-demo'
export { createUser } from './create'
export { verifySignIn } from './sign-in'
