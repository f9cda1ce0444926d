import { permissions, roleNames, roles, scopeNames } from '@palate/protocol'
import { Card, CardBody, CardHead, Table, Td, Th, Tr } from '@palate/ui'
import { Check } from 'lucide-react'
import { nameOf } from './role-name'

/**
 * What each role may do, from the same list that the server checks. Each cell holds its hidden text, which would otherwise make a
 * phone's page as wide as the table.
 */
export function PermissionTable() {
  return (
    <Card>
      <CardHead title="What each role may do" />
      <CardBody>
        <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[auto_1fr]">
          {roleNames.map((role) => (
            <div key={role} className="contents">
              <dt className="font-medium">{nameOf(role)}</dt>
              <dd className="text-ink-2 max-sm:mb-1.5">{roles[role]}</dd>
            </div>
          ))}
        </dl>
      </CardBody>
      <Table>
        <thead>
          <tr>
            <Th>May</Th>
            {roleNames.map((role) => (
              <Th key={role} className="text-center">
                {nameOf(role)}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {scopeNames.map((scope) => (
            <Tr key={scope}>
              <Td className="min-w-44">
                {permissions[scope].allows}
                <span className="block font-mono text-xs text-ink-3">{scope}</span>
              </Td>
              {roleNames.map((role) => (
                <Td key={role} className="relative text-center">
                  <Mark allowed={(permissions[scope].roles as readonly string[]).includes(role)} />
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function Mark({ allowed }: { allowed: boolean }) {
  if (!allowed) return <span className="sr-only">no</span>
  return (
    <>
      <Check className="mx-auto size-4 text-good" aria-hidden />
      <span className="sr-only">yes</span>
    </>
  )
}
