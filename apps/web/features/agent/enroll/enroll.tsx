'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../../lib/on-demand'

const load = () => import('./enroll-dialog').then((module) => module.EnrollDialog)

export function Enroll() {
  return <DialogOnDemand load={load} trigger={<Button data-key="create">Enroll agent</Button>} props={{}} />
}
