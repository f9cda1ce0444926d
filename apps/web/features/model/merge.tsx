'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../lib/on-demand'
import type { MergeProps } from './merge-dialog'

const load = () => import('./merge-dialog').then((module) => module.MergeDialog)

export function Merge({ look = 'quiet', ...props }: MergeProps & { look?: 'quiet' | 'plain' }) {
  const trigger = (
    <Button size="sm" look={look}>
      Merge
    </Button>
  )
  return <DialogOnDemand load={load} trigger={trigger} props={props} />
}
