import { Field, Select } from '@palate/ui'
import type { Outputs } from '../../lib/trpc'

type Readiness = Outputs['run']['readiness']

/** What a training begins with: the bare base, or an adapter on it. */
export function StartModelField({
  base,
  adapters,
  value,
  onChange,
  hint,
}: {
  base: Readiness['baseModel']
  adapters: Readiness['adapters']
  value: string | undefined
  onChange: (id: string | undefined) => void
  hint: string
}) {
  const models = base ? [base, ...adapters] : []
  return (
    <Field label="Begin with" hint={hint}>
      <Select
        value={value ?? base?.id ?? ''}
        onValueChange={(id) => onChange(id === base?.id ? undefined : id)}
        placeholder="None yet"
        options={models.map(({ id, name, number }) => ({
          value: id,
          label: `${name} v${number}`,
          hint: id === base?.id ? 'the bare base' : 'an adapter on it',
        }))}
      />
    </Field>
  )
}
