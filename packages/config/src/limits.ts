import table from '../limits.json' with { type: 'json' }

/**
 * The budgets of every entry, one table for all processes: sizes in bytes, times in seconds, rates per minute. What
 * arrives before a sign-in gets little; what an agent may send after it has shown its credential is in `socket`.
 */
export const limits: Readonly<{
  /** An HTTP request to the web process; an upload has no size here (its ticket has), but may not fall silent. */
  request: { bodyBytes: number; bodySeconds: number; uploadIdleSeconds: number }
  /** tRPC: calls in one request, and calls of one address without a session or a key. */
  procedure: { batch: number; anonymousPerMinute: number }
  /** `messageBytes` and `connectionBytes` hold for all but agents, the second for the life of a connection. */
  socket: {
    messageBytes: number
    connectionBytes: number
    agentMessageBytes: number
    authenticateSeconds: number
    /** Connections of one address that have not said yet who they are. */
    waitingPerAddress: number
  }
  /** A text in a log entry; a line, a file and the files of a part's log; lines of one kind in a minute. */
  log: {
    textCharacters: number
    lineCharacters: number
    fileBytes: number
    files: number
    repeatsPerMinute: number
  }
  /** How `npm start` starts a part again that ended: see `scripts/lib/restart.mjs`. */
  restart: { firstSeconds: number; slowestSeconds: number; windowSeconds: number; budget: number }
  /** How long the database may take to answer a question after its health, and how long an answer is reused. */
  health: { databaseSeconds: number; cacheSeconds: number }
}> = table
