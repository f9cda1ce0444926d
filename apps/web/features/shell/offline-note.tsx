'use client'

import { useSyncExternalStore } from 'react'

function subscribe(onChange: () => void) {
  window.addEventListener('online', onChange)
  window.addEventListener('offline', onChange)
  return () => {
    window.removeEventListener('online', onChange)
    window.removeEventListener('offline', onChange)
  }
}

/** Says that the browser is offline: what the page shows is then from before, and nothing is saved. */
export function OfflineNote() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )
  return online ? null : <OfflineText />
}

export function OfflineText() {
  return (
    <p
      role="status"
      className="sticky top-0 z-30 bg-warn-soft px-4 py-2 text-center text-sm text-warn sm:px-6"
    >
      You are offline. This page shows the state from before, and nothing that you do is saved until the
      connection returns.
    </p>
  )
}
