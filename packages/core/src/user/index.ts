export { bootstrapDemo, type DemoWorkspace, demoOwner } from './bootstrap-demo'
export { changePassword } from './change-password'
export { createUser } from './create'
export { findUser } from './find'
export { getRecentAuth, reauthenticate } from './recent-auth'
export {
  endOtherSessions,
  endSession,
  listSessions,
  openSession,
  requirePerson,
  resolveSession,
  sessionSeconds,
  signOut,
} from './session'
export { type SignedIn, signIn } from './sign-in'
