import type { ReactNode } from 'react'
import { OfflineNote } from '../../features/shell/offline-note'
import { Providers } from '../../lib/providers'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Providers>
      <OfflineNote />
      {children}
    </Providers>
  )
}
