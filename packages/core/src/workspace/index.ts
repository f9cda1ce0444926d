export { findListening, type Listener } from './listener'
export { type Caller, createLiveTicket, getSession, listWorkspaces, resolveWorkspace } from './session'
