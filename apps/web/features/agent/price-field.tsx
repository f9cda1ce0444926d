'use client'

import { Button } from '@palate/ui'
import { formatMoney } from '../../lib/format'
import { DialogOnDemand } from '../../lib/on-demand'
import type { Agent } from './types'

const load = () => import('./price-dialog').then((module) => module.PriceDialog)

/** The hourly price of an agent, and a dialog to change it. */
export function AgentPrice({ agent, mayWrite }: { agent: Agent; mayWrite: boolean }) {
  const text = agent.price ? `${formatMoney(agent.price)} per hour` : 'no price'
  if (!mayWrite) return <span className="num">{text}</span>
  const action = agent.price ? 'Change price' : 'Set price'
  const trigger = (
    <Button size="sm" look="quiet" aria-label={`${action} of ${agent.name}`}>
      {action}
    </Button>
  )
  return (
    <span className="num flex items-center gap-2">
      {text}
      <DialogOnDemand load={load} trigger={trigger} props={{ agent }} />
    </span>
  )
}
