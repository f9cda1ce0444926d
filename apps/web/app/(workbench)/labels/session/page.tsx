import type { Metadata } from 'next'
import { LabelSession } from '../../../../features/label/label-session'

export const metadata: Metadata = { title: 'Label session' }

export default LabelSession
