import { createHash } from 'node:crypto'
import { pipeline, type Readable, Transform } from 'node:stream'
import { artifact, attempt, newId, type Transaction } from '@palate/db'
import { ArtifactRole } from '@palate/protocol'
import type { StoredObject } from '@palate/storage'
import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Deps } from '../context'
import { DomainError, required } from '../error'
import { notify } from '../notify'
import { inWorkspace } from '../tenant'
import type { TicketClaims } from '../ticket'

/** A relative path of plain names: it cannot leave the folder, and has no hidden files. */
const ArtifactPath = z
  .string()
  .max(300)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/,
    'An artifact path is relative, with plain names between slashes.',
  )

export const ArtifactHead = z.object({
  path: ArtifactPath,
  role: ArtifactRole,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'An artifact needs its SHA-256 in hexadecimal.'),
})
export type ArtifactHead = z.infer<typeof ArtifactHead>

export interface StoredArtifact {
  id: string
  path: string
  sizeBytes: number
  sha256: string
}

/**
 * Stores a file that an attempt uploads. Its row is written when the file is complete and its hash is correct. A
 * repeated upload, or a newer file under the same path, replaces the row.
 *
 * @throws DomainError `lease_lost` when another attempt has the lease, `invalid` for a wrong path, role or hash
 */
export async function storeArtifact(
  deps: Deps,
  lease: TicketClaims<'lease'>,
  file: { path: string; role: string; sha256: string; stream: Readable },
): Promise<StoredArtifact> {
  const parsed = ArtifactHead.safeParse(file)
  if (!parsed.success)
    throw new DomainError('invalid', parsed.error.issues[0]?.message ?? 'This is not an artifact.')
  await requireRunningAttempt(deps, lease)
  const stored = await receive(deps, file.stream, parsed.data.sha256)
  return inWorkspace(deps, lease.workspaceId).db.transaction(async (tx) => {
    await requireLease(tx, lease)
    const row = await writeRow(tx, lease, parsed.data, stored)
    await notify(tx, { workspaceId: lease.workspaceId, topic: 'run-artifacts', id: lease.runId })
    return row
  })
}

/** @throws DomainError `lease_lost` unless the attempt still runs with this lease's epoch */
export async function requireRunningAttempt(deps: Deps, lease: TicketClaims<'lease'>): Promise<void> {
  await inWorkspace(deps, lease.workspaceId).db.transaction((tx) => requireLease(tx, lease))
}

async function requireLease(tx: Transaction, lease: TicketClaims<'lease'>): Promise<void> {
  const [held] = await tx
    .select({ id: attempt.id })
    .from(attempt)
    .where(
      and(
        eq(attempt.id, lease.attemptId),
        eq(attempt.runId, lease.runId),
        eq(attempt.workspaceId, lease.workspaceId),
        eq(attempt.agentId, lease.agentId),
        eq(attempt.epoch, lease.epoch),
        eq(attempt.status, 'running'),
      ),
    )
    .for('share')
  if (!held)
    throw new DomainError('lease_lost', 'The lease of this attempt has ended.', 'Request a new lease.')
}

async function receive(deps: Deps, body: Readable, sha256: string): Promise<StoredObject> {
  const checked = checkHash(sha256)
  pipeline(body, checked, () => undefined) // the store sees the error on `checked`
  return deps.storage.putContent(checked)
}

async function writeRow(
  tx: Transaction,
  { workspaceId, runId, attemptId }: TicketClaims<'lease'>,
  { path, role }: ArtifactHead,
  { key: storageKey, sizeBytes, sha256 }: StoredObject,
): Promise<StoredArtifact> {
  const [row] = await tx
    .insert(artifact)
    .values({ id: newId('art'), workspaceId, runId, attemptId, role, path, storageKey, sizeBytes, sha256 })
    .onConflictDoUpdate({
      target: [artifact.attemptId, artifact.path],
      set: { role, storageKey, sizeBytes, sha256 },
    })
    .returning({ id: artifact.id })
  return { id: required(row, 'The artifact').id, path, sizeBytes, sha256 }
}

/** Passes bytes on, and fails at the end if their hash is not the announced one, so that the store keeps nothing. */
export function checkHash(sha256: string): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      if (hash.digest('hex') === sha256) return done()
      done(
        new DomainError('invalid', 'The artifact does not have the announced SHA-256.', 'Upload it again.'),
      )
    },
  })
}
