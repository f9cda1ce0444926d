import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { findSession } from '../../auth/session'
import { Shell } from '../../features/shell/shell'
import { Live } from '../../lib/live'

export default async function WorkbenchLayout({ children }: { children: ReactNode }) {
  if (!(await findSession())) redirect('/sign-in')
  return (
    <Live>
      <Shell>{children}</Shell>
    </Live>
  )
}
