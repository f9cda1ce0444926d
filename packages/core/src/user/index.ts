export { bootstrapDemo, type DemoWorkspace } from './bootstrap-demo'
export { createUser } from './create'
export { verifySignIn } from './sign-in'
