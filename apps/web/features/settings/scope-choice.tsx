import { permissions, type Scope, scopesOf, type WorkspaceRole } from '@palate/protocol'

/** Which permissions of a role a key has; null: all of them. */
export function ScopeChoice({
  role,
  scopes,
  error,
  onChange,
}: {
  role: WorkspaceRole
  scopes: readonly Scope[] | null
  error: string | undefined
  onChange: (scopes: Scope[] | null) => void
}) {
  const all = scopesOf(role)
  const chosen = scopes ?? all
  const toggle = (scope: Scope, on: boolean) => {
    const next = all.filter((one) => (one === scope ? on : chosen.includes(one)))
    onChange(next.length === all.length ? null : next)
  }
  return (
    <details className="rounded-md border border-line">
      <summary className="cursor-pointer px-3 py-2 text-sm font-medium">
        {scopes
          ? `${scopes.length} of ${all.length} permissions`
          : `All ${all.length} permissions of the role`}
      </summary>
      <fieldset className="grid max-h-56 gap-x-4 gap-y-1 overflow-y-auto border-t border-line px-3 py-2">
        <legend className="sr-only">Permissions</legend>
        {all.map((scope) => (
          <label key={scope} className="flex items-start gap-2 py-0.5 text-sm">
            <input
              type="checkbox"
              className="mt-1 accent-accent"
              checked={chosen.includes(scope)}
              onChange={(event) => toggle(scope, event.target.checked)}
            />
            <span>
              {permissions[scope].allows} <span className="font-mono text-xs text-ink-3">{scope}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {error ? <p className="px-3 pb-2 text-xs text-bad">{error}</p> : null}
    </details>
  )
}
