import type { Metadata } from 'next'
import { EvaluationPage } from '../../../../features/evaluation/evaluation-page'

export const metadata: Metadata = { title: 'Evaluation' }

export default async function Route({ params }: PageProps<'/evaluation/[id]'>) {
  return <EvaluationPage id={(await params).id} />
}
