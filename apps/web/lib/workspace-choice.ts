const name = 'palate.workspace'

/**
 * The workspace that this tab works in; null: the user's first one. A tab keeps its own, so that a switch in another tab does
 * not change what this one shows; a new tab begins with the one chosen last.
 */
export function chosenWorkspace(): string | null {
  try {
    const own = sessionStorage.getItem(name)
    if (own !== null) return own || null
    const last = localStorage.getItem(name) ?? ''
    sessionStorage.setItem(name, last)
    return last || null
  } catch {
    // No storage, as on the server or in a browser that forbids it: the first workspace.
    return null
  }
}

/** What follows is asked in this workspace. Load the page again after it: nothing of the other one may stay on the page. */
export function chooseWorkspace(id: string | null): void {
  try {
    sessionStorage.setItem(name, id ?? '')
    localStorage.setItem(name, id ?? '')
  } catch {
    // As above.
  }
}

/** The header that names the workspace of a request. */
export function workspaceHeaders(): Record<string, string> {
  const id = chosenWorkspace()
  return id ? { 'x-palate-workspace': id } : {}
}

/** Goes to a page of another workspace. */
export function switchWorkspace(id: string, path = '/'): void {
  chooseWorkspace(id)
  window.location.assign(path)
}
