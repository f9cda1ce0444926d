import type { Metadata } from 'next'
import { QueuePage } from '../../../../features/run/queue/queue-page'

export const metadata: Metadata = { title: 'Queue' }

export default QueuePage
