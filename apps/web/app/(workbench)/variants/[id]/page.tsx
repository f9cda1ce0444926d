import type { Metadata } from 'next'
import { BatchPage } from '../../../../features/variant/batch-page'

export const metadata: Metadata = { title: 'Variant batch' }

export default async function Route({ params }: { params: Promise<{ id: string }> }) {
  return <BatchPage id={(await params).id} />
}
