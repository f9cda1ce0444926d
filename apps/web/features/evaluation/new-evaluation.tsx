'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../lib/on-demand'

const load = () => import('./new-evaluation-dialog').then((module) => module.NewEvaluationDialog)

export function NewEvaluation() {
  return (
    <DialogOnDemand load={load} trigger={<Button data-key="create">Create evaluation</Button>} props={{}} />
  )
}
