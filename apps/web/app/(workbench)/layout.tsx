import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { findAccount, isMember } from '../../auth/account'
import { Shell } from '../../features/shell/shell'
import { ElsewhereNote } from '../../features/workspace/elsewhere-note'
import { NoWorkspace } from '../../features/workspace/no-workspace'
import { Live } from '../../lib/live'
import { Providers } from '../../lib/providers'

export default async function WorkbenchLayout({ children }: { children: ReactNode }) {
  const account = await findAccount()
  if (!account) redirect('/sign-in')
  if (!(await isMember(account.id))) {
    return (
      <Providers>
        <NoWorkspace email={account.email} />
      </Providers>
    )
  }
  return (
    <Providers>
      <Live>
        <Shell>
          <ElsewhereNote />
          {children}
        </Shell>
      </Live>
    </Providers>
  )
}
