import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { findAccount, isMember } from '../../auth/account'
import { Shell } from '../../features/shell/shell'
import { ElsewhereNote } from '../../features/workspace/elsewhere-note'
import { NoWorkspace } from '../../features/workspace/no-workspace'
import { Live } from '../../lib/live'

export default async function WorkbenchLayout({ children }: { children: ReactNode }) {
  const account = await findAccount()
  if (!account) redirect('/sign-in')
  if (!(await isMember(account.id))) return <NoWorkspace email={account.email} />
  return (
    <Live>
      <Shell>
        <ElsewhereNote />
        {children}
      </Shell>
    </Live>
  )
}
