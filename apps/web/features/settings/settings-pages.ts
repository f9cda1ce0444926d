interface SettingsPage {
  href: string
  name: string
  /** The permission that it needs. */
  scope?: string
}

/** The pages of the settings, for their navigation and for the command palette. */
export const settingsPages: readonly SettingsPage[] = [
  { href: '/settings', name: 'Account and keys' },
  { href: '/settings/members', name: 'Members' },
  { href: '/settings/audit', name: 'Audit log', scope: 'audit:read' },
]
