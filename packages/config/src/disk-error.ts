import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Why a disk does not take a file. */
export type DiskProblem = 'full' | 'quota' | 'read_only' | 'denied'

/** What is written, as the beginning of a sentence ("The file"), and which part of Palate it belongs to, as its end. */
export interface DiskTarget {
  what: string
  place: string
}

const problems: Partial<Record<string, DiskProblem>> = {
  ENOSPC: 'full',
  EDQUOT: 'quota',
  EROFS: 'read_only',
  EACCES: 'denied',
  EPERM: 'denied',
}

const sentences: Record<DiskProblem, (place: string) => { why: string; remedy: string }> = {
  full: (place) => ({ why: `the disk of ${place} is full`, remedy: 'Free some space there' }),
  quota: (place) => ({
    why: `the disk quota of ${place} is used up`,
    remedy: 'Raise the quota or free some space there',
  }),
  read_only: (place) => ({
    why: `the disk of ${place} is read-only`,
    remedy: 'Mount that disk for writing',
  }),
  denied: (place) => ({
    why: `the system refused access to ${place}`,
    remedy: 'Give the user that Palate runs as the right to write there',
  }),
}

/** A file that could not be written because of its disk: what, where, and what to do. Trying again later may help. */
export class DiskError extends Error {
  readonly remedy: string

  constructor(
    readonly problem: DiskProblem,
    { what, place }: DiskTarget,
    cause?: unknown,
  ) {
    const { why, remedy } = sentences[problem](place)
    super(`${what} could not be written: ${why}.`, { cause })
    this.name = 'DiskError'
    this.remedy = `${remedy}, then try again.`
  }
}

/** These report with a file's codes what is no file. */
const elsewhere = /^(connect|bind|listen|spawn|kill)/

/** What the system says of the disk in an error or one of its causes; null for every other error. */
export function findDiskProblem(error: unknown): DiskProblem | null {
  if (!(error instanceof Error)) return null
  if (error instanceof DiskError) return error.problem
  const { code, syscall = '' } = error as NodeJS.ErrnoException
  const problem = elsewhere.test(syscall) ? undefined : problems[code ?? '']
  return problem ?? findDiskProblem(error.cause)
}

/** The error with its sentence where the disk is the reason, and every other error as it is. */
export function nameDiskError(error: unknown, target: DiskTarget): unknown {
  if (error instanceof DiskError) return error
  const problem = findDiskProblem(error)
  return problem ? new DiskError(problem, target, error) : error
}

/** Does what writes to a disk. @throws DiskError when the disk is full, read-only or closed to Palate */
export async function writingTo<Result>(target: DiskTarget, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    throw nameDiskError(error, target)
  }
}

/** Makes a folder and those above it, for its owner alone. @throws DiskError */
export async function makeFolder(path: string, target: DiskTarget): Promise<void> {
  await writingTo(target, () => mkdir(path, { recursive: true, mode: 0o700 })).catch(async (error) => {
    // Node says ENOENT where the disk is read-only; the folder above has the true reason.
    let above = dirname(path)
    while (above !== dirname(above) && !existsSync(above)) above = dirname(above)
    await writingTo(target, () => access(above, constants.W_OK))
    throw error
  })
}
