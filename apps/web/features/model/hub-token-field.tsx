import { Field, Input } from '@palate/ui'

/** A person's access token for the Hugging Face hub; never shown again once it is sent. */
export function HubTokenField({
  value,
  onChange,
  hint,
}: {
  value: string
  onChange: (token: string) => void
  hint: string
}) {
  const isWrong = value.trim() !== '' && !/^[\x21-\x7e]{8,300}$/.test(value.trim())
  return (
    <Field
      label="Access token"
      hint={hint}
      {...(isWrong ? { error: 'Use an access token such as hf_…, as the hub shows it.' } : {})}
    >
      <Input
        type="password"
        autoComplete="off"
        className="font-mono text-sm"
        placeholder="hf_…"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </Field>
  )
}
