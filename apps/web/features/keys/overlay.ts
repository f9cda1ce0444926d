/** What lies over the page: the palette, the list of keys, or nothing. */
export type Overlay = 'palette' | 'help' | null

let shown: Overlay = null
const listeners = new Set<() => void>()

export const readOverlay = (): Overlay => shown

export function showOverlay(overlay: Overlay): void {
  shown = overlay
  for (const listener of listeners) listener()
}

export function subscribeToOverlay(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
