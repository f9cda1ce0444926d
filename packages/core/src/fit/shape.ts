import { text } from 'node:stream/consumers'
import { type ModelShape, readModelShape } from '@palate/protocol'
import type { ObjectStore } from '@palate/storage'
import type { ModelVersionRow } from '../model/register'

/** The shape of a registered model, from its own config.json; null where that is missing or of another kind. */
export async function loadModelShape(
  storage: ObjectStore,
  model: Pick<ModelVersionRow, 'files'>,
): Promise<ModelShape | null> {
  const file = model.files.find(({ name }) => name === 'model/config.json')
  if (!file || !(await storage.exists(file.storageKey))) return null
  try {
    return readModelShape(JSON.parse(await text(await storage.stream(file.storageKey))))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
