/** "a, b , ,c" as a list without empty and repeated entries. */
export function parseList(text: string): string[] {
  const words = text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)
  return [...new Map(words.map((word) => [word.toLowerCase(), word])).values()]
}
