import { createHash } from 'node:crypto'
import type { ModelVersionRow } from '@palate/core'
import { createModel, type TestDeps } from '@palate/core/testing'

/** A model in the registry whose files are in the store. */
export async function createStoredModel(
  deps: TestDeps,
  workspaceId: string,
  base?: ModelVersionRow,
  sizeBytes = 0,
): Promise<ModelVersionRow> {
  const row = await createModel(deps, workspaceId, base)
  const store = async (name: string) => {
    const text = `${name} of ${row.name}`
    const bytes = Buffer.alloc(Math.max(sizeBytes, text.length), text)
    const { key, ...stored } = await deps.storage.putContent(bytes)
    return { name, storageKey: key, ...stored }
  }
  const files = await Promise.all(row.files.map(({ name }) => store(name)))
  const gguf = await store(row.gguf.name)
  await deps.owner`
    update model_version set files = ${deps.owner.json(files)}, gguf = ${deps.owner.json(gguf)} where id = ${row.id}`
  return { ...row, files, gguf }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
