import { readFile } from 'node:fs/promises'
import { GenerateItem } from '@palate/protocol'

/** Reads one GenerateItem a line. @throws Error naming the line that is none */
export async function readItems(path: string): Promise<GenerateItem[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return lines.flatMap((line, index) => {
    if (!line.trim()) return []
    const parsed = GenerateItem.safeParse(parseJson(line))
    if (!parsed.success)
      throw new Error(`Line ${index + 1} of the items is not usable: ${parsed.error.issues[0]?.message}.`)
    return [parsed.data]
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
