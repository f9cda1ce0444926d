import type { Metadata } from 'next'
import { MembersPage } from '../../../../features/member/members-page'

export const metadata: Metadata = { title: 'Members' }

export default MembersPage
