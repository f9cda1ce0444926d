import { Card, CardBody, CardHead, Table, Td, Th, Tr } from '@palate/ui'
import { formatDate } from '../../../lib/format'
import { type Run, StatusTag } from '../run-status'
import { describeResults } from './describe-results'
import { describeTaken } from './describe-taken'
import { FigureList } from './figure-list'
import { resolveSettings } from './resolve-settings'
import { RunLineage } from './run-lineage'

/** The settings of the run as resolved, what the trainer made of them, what it was made from, and its attempts. */
export function RunConfigView({ run }: { run: Run }) {
  const taken = describeTaken(run)
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Settings run={run} />
      <div className="flex flex-col gap-4">
        {taken.length > 0 ? (
          <Card>
            <CardHead title="Chosen by the trainer" />
            <CardBody>
              <FigureList figures={taken} />
            </CardBody>
          </Card>
        ) : null}
        <RunLineage run={run} />
        {run.results ? (
          <Card>
            <CardHead title="Results" />
            <CardBody>
              <FigureList figures={describeResults(run.results)} />
            </CardBody>
          </Card>
        ) : null}
        <Attempts run={run} />
      </div>
    </div>
  )
}

function Settings({ run }: { run: Run }) {
  const groups = resolveSettings(run)
  const count = groups.flatMap(({ settings }) => settings).filter(({ changed }) => changed).length
  return (
    <Card>
      <CardHead title="Configuration" aside={count === 0 ? 'all defaults' : `${count} changed`} />
      <CardBody className="flex flex-col gap-4">
        <FigureList figures={[{ label: 'Seed', value: String(run.seed) }]} />
        {groups.map(({ title, settings }) => (
          <section key={title} aria-label={title}>
            <h3 className="text-sm font-medium text-ink-2">{title}</h3>
            <FigureList figures={settings} />
          </section>
        ))}
      </CardBody>
    </Card>
  )
}

function Attempts({ run }: { run: Run }) {
  return (
    <Card>
      <CardHead title="Attempts" />
      <Table className="mt-1">
        <thead>
          <tr>
            <Th>Attempt</Th>
            <Th>Agent</Th>
            <Th>Status</Th>
            <Th>Started</Th>
          </tr>
        </thead>
        <tbody>
          {run.attempts.map((attempt) => (
            <Tr key={attempt.id}>
              <Td className="num">{attempt.number}</Td>
              <Td>{attempt.agentName}</Td>
              <Td title={attempt.failure?.message}>
                <StatusTag status={attempt.status} />
              </Td>
              <Td className="num whitespace-nowrap">{formatDate(attempt.startedAt)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
