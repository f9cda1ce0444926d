import type { Metadata } from 'next'
import { RunPage } from '../../../../features/run/run-page'

export const metadata: Metadata = { title: 'Run' }

export default async function Route({ params }: PageProps<'/training/[id]'>) {
  return <RunPage id={(await params).id} />
}
