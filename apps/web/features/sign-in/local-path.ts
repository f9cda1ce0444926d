/** Only to resolve paths against; no page has this origin. */
const base = 'http://palate.invalid'

/**
 * The path to open after sign-in; never another origin. The URL parser decides, because browsers drop tabs and line
 * breaks and read a backslash as a slash: a pattern would have to know all of that.
 */
export function localPath(wanted: string | string[] | undefined): string {
  if (typeof wanted !== 'string' || !URL.canParse(wanted, base)) return '/'
  const { origin, pathname, search, hash } = new URL(wanted, base)
  if (origin !== base || pathname.startsWith('//')) return '/'
  return `${pathname}${search}${hash}`
}
