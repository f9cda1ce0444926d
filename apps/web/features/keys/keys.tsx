'use client'

import { useRouter } from 'next/navigation'
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore } from 'react'
import { moveRow, pressCreate } from './act'
import { type KeyCommand, type Pending, readPress } from './key-list'
import { readOverlay, showOverlay, subscribeToOverlay } from './overlay'

const Palette = lazy(() => import('./palette'))
const KeyHelp = lazy(() => import('./key-help'))

/** Where keys belong to what has the focus, or to a page with keys of its own. */
const ownKeys = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]'

/** The keys of every signed-in page, and what they open. */
export function Keys() {
  const router = useRouter()
  const overlay = useSyncExternalStore(subscribeToOverlay, readOverlay, () => null)
  const pending = useRef<Pending | null>(null)
  useEffect(() => {
    const run = ({ id, href }: KeyCommand) => {
      if (href) router.push(href)
      else if (id === 'palette' || id === 'help') showOverlay(id)
      else if (id === 'create') pressCreate()
      else moveRow(id === 'next' ? 1 : -1)
    }
    const onKey = (event: KeyboardEvent) => {
      const read = readPress(event, pending.current, performance.now())
      const { command } = read
      const inOwn = event.target instanceof Element && event.target.closest(ownKeys) !== null
      const isBlocked =
        inOwn || document.querySelector('[role=dialog], [role=menu], main [data-own-keys]') !== null
      // ⌘K has a modifier: in a field it types nothing.
      const mayRun =
        !isBlocked || (command?.id === 'palette' && document.querySelector('[role=dialog]') === null)
      pending.current = isBlocked ? null : read.pending
      if (!command || !mayRun || event.defaultPrevented) return
      event.preventDefault()
      run(command)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [router])
  if (overlay === null) return null
  const close = () => showOverlay(null)
  return (
    <Suspense fallback={null}>
      {overlay === 'palette' ? <Palette onClose={close} /> : <KeyHelp onClose={close} />}
    </Suspense>
  )
}
