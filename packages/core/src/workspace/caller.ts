/** The caller before a workspace is chosen: a signed-in person, or an API key, which belongs to one workspace. */
export type Caller =
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }
