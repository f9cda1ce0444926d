import { lstat, mkdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

/** A path that would leave the folder that it belongs to. */
export class PathEscape extends Error {
  constructor(path: string) {
    super(`The path ${JSON.stringify(path)} leaves the run's work folder, so the agent refuses it.`)
    this.name = 'PathEscape'
  }
}

/** An id that may be the name of a folder. @throws PathEscape for any other */
export function plainName(id: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(id)) throw new PathEscape(id)
  return id
}

/**
 * Joins a relative path with forward slashes to a folder.
 *
 * @throws PathEscape for an absolute path, for `..`, `.`, an empty part, a backslash or a NUL byte
 */
export function pathInside(folder: string, path: string): string {
  const parts = path.split('/')
  const refused = (part: string) => part === '' || part === '.' || part === '..' || /[\\\0:]/.test(part)
  if (isAbsolute(path) || path.length > 500 || parts.some(refused)) throw new PathEscape(path)
  return join(folder, ...parts)
}

/** Creates the parent folder of a path to write, and follows no link out of `folder`. @throws PathEscape */
export async function makeParent(folder: string, path: string): Promise<string> {
  const target = pathInside(folder, path)
  await mkdir(dirname(target), { recursive: true })
  await refuseLinkOut(folder, dirname(target), path)
  return target
}

/** The path of a regular file to read. @throws PathEscape when it, or a folder above it, is a link out of `folder` */
export async function fileInside(folder: string, path: string): Promise<string> {
  const target = pathInside(folder, path)
  await refuseLinkOut(folder, target, path)
  if (!(await lstat(target)).isFile()) throw new PathEscape(path)
  return target
}

async function refuseLinkOut(folder: string, target: string, shown: string): Promise<void> {
  const path = relative(await realpath(folder), await realpath(target))
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) throw new PathEscape(shown)
}
