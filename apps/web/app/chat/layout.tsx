import type { ReactNode } from 'react'
import { OfflineNote } from '../../features/shell/offline-note'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <OfflineNote />
      {children}
    </>
  )
}
