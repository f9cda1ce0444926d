import type { RunInput } from '@palate/db'
import type { ObjectStore } from '@palate/storage'

/** Puts a text that a run needs into the store, under the name the job will see. The same text is stored once. */
export async function storeInput(storage: ObjectStore, name: string, text: string): Promise<RunInput> {
  const { key, sizeBytes, sha256 } = await storage.putContent(Buffer.from(text, 'utf8'))
  return { name, storageKey: key, sizeBytes, sha256 }
}

/** One JSON value a line. */
export function toJsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
