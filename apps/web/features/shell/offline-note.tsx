'use client'

import { useSyncExternalStore } from 'react'
import { isOnline, subscribeToConnection } from '../../lib/online'

/** Says that the browser is offline: what the page shows is then from before, and nothing is saved. */
export function OfflineNote() {
  const online = useSyncExternalStore(subscribeToConnection, isOnline, () => true)
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
