import { isTrainKind, ModelSource, nameModelSource, settingsOf } from '@palate/protocol'
import { Card, CardBody, CardHead, Table, Td, Th, Tr } from '@palate/ui'
import { formatDate } from '../../lib/format'
import { type Run, StatusTag } from './run-status'

/** The settings by their labels, without those that have their defaults. */
function nameSettings({ kind, seed, config }: Run): Record<string, unknown> {
  const settings = isTrainKind(kind) ? settingsOf(kind) : new Map()
  const named = Object.entries(config).map(([name, value]) => {
    const setting = settings.get(name)
    const source = ModelSource.safeParse(value)
    const text = source.success ? nameModelSource(source.data) : formatSetting(value)
    return [setting?.label ?? name, setting?.unit ? `${text} ${setting.unit}` : text]
  })
  return { Seed: seed, ...Object.fromEntries(named) }
}

const formatSetting = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one !== 'object') ? value.join(', ') : value

/** The settings of the run, what it was made from, and its attempts. */
export function RunConfigView({ run }: { run: Run }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Figures title="Configuration" values={nameSettings(run)} />
      <Figures title="Lineage" values={run.lineage} />
      {run.results ? <Figures title="Results" values={run.results} /> : null}
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
    </div>
  )
}

function Figures({ title, values }: { title: string; values: Record<string, unknown> }) {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  return (
    <Card>
      <CardHead title={title} />
      <CardBody>
        {entries.length === 0 ? <p className="text-ink-2">All settings have their defaults.</p> : null}
        <dl className="flex flex-col">
          {entries.map(([name, value]) => (
            <div
              key={name}
              className="flex items-baseline justify-between gap-4 border-b border-dotted border-line-strong py-1.5 last:border-0"
            >
              <dt className="text-ink-2">{name}</dt>
              <dd className="num text-right font-mono text-xs [overflow-wrap:anywhere]">{show(value)}</dd>
            </div>
          ))}
        </dl>
      </CardBody>
    </Card>
  )
}

const show = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
