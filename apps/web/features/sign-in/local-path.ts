/** The path to open after sign-in; never another origin. */
export function localPath(wanted: string | string[] | undefined): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted)) return '/'
  return wanted
}
