type Kind = 'success' | 'error' | 'message'
interface Options {
  description?: string
  action?: { label: string; onClick: () => void }
  durationMs?: number
  /** Toasts with the same id are one. */
  id?: string
}
export type ShowToast = (kind: Kind, text: string, options?: Options) => void

let show: ShowToast | null = null
let waiting: Parameters<ShowToast>[] = []
const listeners = new Set<() => void>()

const request: ShowToast = (...toast) => {
  if (show) return show(...toast)
  waiting = [...waiting, toast]
  for (const listener of listeners) listener()
}

/** Short notes at the edge of the page. Their code is loaded when the first one is shown. */
export const toast = {
  success: (text: string, options?: Options) => request('success', text, options),
  error: (text: string, options?: Options) => request('error', text, options),
  message: (text: string, options?: Options) => request('message', text, options),
}

/** The list is there: shows what waited, and each toast at once from then on. */
export function deliverToasts(next: ShowToast | null): void {
  show = next
  if (!next) return
  for (const one of waiting) next(...one)
  waiting = []
}

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether a toast was asked for. */
export const hasToasts = (): boolean => waiting.length > 0 || show !== null
