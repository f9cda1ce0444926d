import { z } from 'zod'

/** The roles of a workspace's members, and what each is for. The order is that of the lists that show them. */
export const roles = {
  owner: 'may do everything',
  admin: 'does what an engineer does, and manages members, API keys and agents',
  engineer: 'imports data, trains, evaluates and deploys',
  reviewer: 'labels pairs, and lets rules label',
  labeler: 'labels pairs',
  viewer: 'sees everything, and changes nothing',
} as const
export type Role = keyof typeof roles

export const roleNames = Object.keys(roles) as [Role, ...Role[]]
export const WorkspaceRole = z.enum(roleNames)
export type WorkspaceRole = z.infer<typeof WorkspaceRole>

const everyone = roleNames
const exceptViewer = ['owner', 'admin', 'engineer', 'reviewer', 'labeler'] as const
const builders = ['owner', 'admin', 'engineer'] as const
const admins = ['owner', 'admin'] as const
const owners = ['owner'] as const

interface Permission {
  /** What it allows, after "may". */
  allows: string
  roles: readonly Role[]
}

/** Who may do what: the one list, for the server, the interface and the docs. */
export const permissions = {
  'workspace:read': { allows: 'see the workspace and its overview', roles: everyone },
  'dataset:read': { allows: 'see datasets and their rows', roles: everyone },
  'persona:read': { allows: 'see personas', roles: everyone },
  'variant:read': { allows: 'see answer variants', roles: everyone },
  'label:read': { allows: 'see labels and their state', roles: everyone },
  'run:read': { allows: 'see runs, their charts, samples and logs', roles: everyone },
  'model:read': { allows: 'see models and download them', roles: everyone },
  'evaluation:read': { allows: 'see evaluations', roles: everyone },
  'agent:read': { allows: 'see agents and their state', roles: everyone },
  'member:read': { allows: 'see who is a member', roles: everyone },
  'label:create': { allows: 'label pairs', roles: exceptViewer },
  'dataset:create': { allows: 'import datasets', roles: builders },
  'persona:write': { allows: 'change personas', roles: builders },
  'variant:create': { allows: 'generate answer variants', roles: builders },
  'label:rule': { allows: 'let rules label', roles: ['owner', 'admin', 'engineer', 'reviewer'] },
  'run:create': { allows: 'start runs and add models', roles: builders },
  'run:cancel': { allows: 'stop and cancel runs', roles: builders },
  'run:override': { allows: 'start a run in spite of a preflight error', roles: builders },
  'agent:price': { allows: 'set what an agent costs per hour', roles: builders },
  'evaluation:create': { allows: 'start evaluations', roles: builders },
  'deployment:write': { allows: 'release models and change deployments', roles: builders },
  'model:push': { allows: 'push models to Ollama', roles: builders },
  'apiKey:own': { allows: 'make API keys that act for oneself', roles: builders },
  'agent:write': { allows: 'enroll and revoke agents', roles: admins },
  'apiKey:write': {
    allows: 'see and revoke the API keys of all, and make keys of the workspace',
    roles: admins,
  },
  'member:write': { allows: 'invite, change and remove members', roles: admins },
  'workspace:write': { allows: 'rename the workspace', roles: admins },
  'audit:read': { allows: 'read and export the audit log', roles: admins },
  'workspace:own': {
    allows: 'make owners, hand the workspace on, and choose how long the audit log is kept',
    roles: owners,
  },
} as const satisfies Record<string, Permission>
export type Scope = keyof typeof permissions

export const scopeNames = Object.keys(permissions) as [Scope, ...Scope[]]

export function mayRole(role: Role, scope: Scope): boolean {
  return (permissions[scope].roles as readonly Role[]).includes(role)
}

/** What a role may do. */
export function scopesOf(role: Role): Scope[] {
  return scopeNames.filter((scope) => mayRole(role, scope))
}
