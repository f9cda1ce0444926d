import type { Run } from '../run-status'

type Reasons = NonNullable<Run['waiting']>['agents']

/** The reason of each agent for not taking the run; with one agent, the reason is in the sentence above. */
export function WaitingReasons({ agents }: { agents: Reasons }) {
  if (agents.length < 2) return null
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer text-ink-3 hover:text-ink">Reasons by agent</summary>
      <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
        {agents.map(({ id, name, reason }) => (
          <div key={id} className="col-span-2 grid grid-cols-subgrid">
            <dt className="font-medium">{name}</dt>
            <dd className="text-ink-2">{reason}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
