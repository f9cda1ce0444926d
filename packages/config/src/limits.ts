import table from '../limits.json' with { type: 'json' }

/**
 * The budgets of every entry, one table for all processes: sizes in bytes, times in seconds, rates per minute. What
 * arrives before a sign-in gets little, but enough for many people behind one address.
 */
export const limits: Readonly<{
  /**
   * TCP, of web and hub. An address may open `opensPerMinute`, and no more than `opensPerSecond` of them at once.
   * `requestsAhead` are sent before the answers to those before; for `unreadSeconds` a response may wait for a client
   * that reads nothing of it. An address that is cut for what it sends `cutsPerMinute` times, or refused an upgrade
   * `refusedUpgradesPerMinute` times, is served no more within the minute.
   */
  connection: {
    perAddress: number
    total: number
    opensPerMinute: number
    opensPerSecond: number
    /** Connections that wait to be accepted. Where the queue is full, a client tries again after a whole second. */
    backlog: number
    cutsPerMinute: number
    refusedUpgradesPerMinute: number
    headerBytes: number
    headerSeconds: number
    requestsAhead: number
    unreadSeconds: number
  }
  /** An HTTP request. An upload has no size here (its ticket has), but may not fall silent. */
  request: {
    urlCharacters: number
    bodyBytes: number
    bodySeconds: number
    uploadIdleSeconds: number
    /** For so long the rest of a body is read after its answer: a client that still sends reads no answer. */
    refusedBodySeconds: number
  }
  /**
   * Pages, procedures and sign-in. A key is the session of those who are signed in, else the address; so many requests
   * are worked on at once, and so many wait. Without a sign-in the next one waits `anonymousRest` times as long as the
   * one before took, so that one address never fills the thread. Static files are not counted.
   */
  page: {
    atOnce: number
    anonymousAtOnce: number
    anonymousRest: number
    sessionAtOnce: number
    waitingPerKey: number
    anonymousPerMinute: number
    sessionPerMinute: number
    keyPerMinute: number
  }
  /** tRPC: calls in one request, and calls of one address without a session or a key. */
  procedure: { batch: number; anonymousPerMinute: number }
  /** Failed sign-ins within the window: of an account at one address, of an address, of an account elsewhere. */
  signIn: { windowMinutes: number; accountHere: number; address: number; account: number }
  /** Uses in a time: invitations of a workspace, looks at invitations from an address or by an
   * account, and workspaces that a person makes. */
  account: Record<'invite' | 'openInvitation' | 'createWorkspace', { most: number; minutes: number }>
  /** Workspaces that one person may own. */
  workspace: { ownedByPerson: number }
  /** Models that are opened ahead because somebody opened the chat: for one address, and for one system prompt. */
  chat: { warmUpsPerMinute: number; warmUpsPerPromptAndMinute: number }
  /** Zips of models that a hub writes at once. */
  export: { atOnce: number }
  /** Sending a model to an Ollama: to connect, without a byte, without a line while it makes the model, and in all. */
  push: { connectSeconds: number; idleSeconds: number; createIdleSeconds: number; totalSeconds: number }
  /** HTTP requests of one address to the hub: to routes that need no ticket, and to all. */
  hub: { openPerMinute: number; perMinute: number }
  /** `messageBytes` and `connectionBytes` hold for all but agents, the second for the life of a connection. */
  socket: {
    messageBytes: number
    connectionBytes: number
    agentMessageBytes: number
    messagesPerMinute: number
    agentMessagesPerMinute: number
    authenticateSeconds: number
    /** Connections of one address that have not said yet who they are; all of one address; new ones in a minute. */
    waitingPerAddress: number
    perAddress: number
    opensPerMinute: number
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
  health: { databaseSeconds: number; cacheSeconds: number; staleSeconds: number }
}> = table
