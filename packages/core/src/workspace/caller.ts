/** Who calls, before a workspace is chosen: a signed-in person, or an API key, which is bound to its workspace. */
export type Caller =
  | { kind: 'user'; userId: string }
  | { kind: 'apiKey'; keyId: string; userId: string; workspaceId: string }
