/** The exit codes of `palate`, as docs/command-line.md lists them. */
export const exit = {
  done: 0,
  /** Refused, failed, or not found. */
  failed: 1,
  /** The watched run was canceled. */
  canceled: 2,
  /** Palate could not be reached, or something else answered at its address. */
  unreachable: 3,
  /** As BSD's sysexits.h has it. */
  usage: 64,
  /** Ctrl-C: 128 and the number of SIGINT. */
  interrupted: 130,
} as const

/** An error for a person: what happened and, if there is one, a remedy. */
export class CliError extends Error {
  readonly remedy: string | undefined
  readonly exitCode: number

  constructor(message: string, remedy?: string | null, exitCode: number = exit.failed) {
    super(message)
    this.name = 'CliError'
    this.remedy = remedy ?? undefined
    this.exitCode = exitCode
  }
}

/** Ends the command without a message: everything has been said. */
export class Exit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`)
    this.name = 'Exit'
  }
}
