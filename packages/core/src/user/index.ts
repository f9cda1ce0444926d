export { createUser } from './create'
export { verifySignIn } from './sign-in'
