import type { Metadata } from 'next'
import { ReleasePage } from '../../../features/release/release-page'

export const metadata: Metadata = { title: 'Release' }

export default ReleasePage
