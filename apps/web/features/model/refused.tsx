/** Why the server took no model. */
export function Refused({ error }: { error: string | undefined }) {
  return error ? (
    <p role="alert" className="text-sm text-bad">
      {error}
    </p>
  ) : null
}
