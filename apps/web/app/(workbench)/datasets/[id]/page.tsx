import type { Metadata } from 'next'
import { VersionPage } from '../../../../features/dataset/version-page'

export const metadata: Metadata = { title: 'Dataset version' }

export default async function Route({ params }: { params: Promise<{ id: string }> }) {
  return <VersionPage id={(await params).id} />
}
