const key = 'palate-visitor'

/** A name for this browser that says nothing about its person; it ties a thumb to the answer it was shown. */
export function visitorId(): string {
  const known = localStorage.getItem(key)
  if (known) return known
  const made = crypto.randomUUID()
  localStorage.setItem(key, made)
  return made
}
