/** Calls back whenever the browser loses or regains its connection. @returns ends that */
export function subscribeToConnection(onChange: () => void): () => void {
  window.addEventListener('online', onChange)
  window.addEventListener('offline', onChange)
  return () => {
    window.removeEventListener('online', onChange)
    window.removeEventListener('offline', onChange)
  }
}

export const isOnline = () => navigator.onLine
