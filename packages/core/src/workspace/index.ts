export { type Caller, createLiveTicket, getSession, listWorkspaces, resolveWorkspace } from './session'
