import type { WorkspaceRole } from '@palate/protocol'

export const nameOf = (role: WorkspaceRole) => `${role[0]?.toUpperCase()}${role.slice(1)}`
