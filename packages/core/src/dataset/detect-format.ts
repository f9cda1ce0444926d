import type { ObjectStore } from '@palate/storage'
import type { DatasetFormat } from './schemas'

/** The layout of an uploaded file: by its name, else by its first character (a JSON line opens with a brace). */
export async function detectFormat(
  storage: ObjectStore,
  file: { filename: string; storageKey: string },
): Promise<DatasetFormat> {
  if (/\.(jsonl|ndjson|json)$/i.test(file.filename)) return 'recipe-jsonl'
  if (/\.csv$/i.test(file.filename)) return 'recipenlg-csv'
  const head = await storage.stream(file.storageKey, { start: 0, end: 511 })
  let text = ''
  for await (const chunk of head) text += (chunk as Buffer).toString('utf8')
  return text
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('{')
    ? 'recipe-jsonl'
    : 'recipenlg-csv'
}
