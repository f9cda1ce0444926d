import type { Metadata } from 'next'
import { EvaluationPage } from '../../../../features/evaluation/evaluation-page'

export const metadata: Metadata = { title: 'Evaluation' }

export default async function Route({ params }: { params: Promise<{ id: string }> }) {
  return <EvaluationPage id={(await params).id} />
}
