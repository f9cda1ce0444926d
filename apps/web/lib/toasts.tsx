'use client'

import { lazy, Suspense, useSyncExternalStore } from 'react'
import { hasToasts, subscribeToToasts } from './toast'

const Toaster = lazy(() => import('./toaster'))

/** Where toasts appear: once on a page. */
export function Toasts() {
  const wanted = useSyncExternalStore(subscribeToToasts, hasToasts, () => false)
  return wanted ? (
    <Suspense fallback={null}>
      <Toaster />
    </Suspense>
  ) : null
}
