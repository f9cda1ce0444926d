import type { Metadata } from 'next'
import { EvaluationsPage } from '../../../features/evaluation/evaluations-page'

export const metadata: Metadata = { title: 'Evaluations' }

export default EvaluationsPage
