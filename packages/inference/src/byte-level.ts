/** The bytes behind the characters of a byte-level vocabulary, as in GPT-2's `bytes_to_unicode`. */
const byteOf: ReadonlyMap<string, number> = new Map(buildPairs())

function buildPairs(): [string, number][] {
  const pairs: [string, number][] = []
  let next = 256
  for (let byte = 0; byte < 256; byte += 1) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
    pairs.push([String.fromCodePoint(printable ? byte : next), byte])
    if (!printable) next += 1
  }
  return pairs
}

/** The bytes of one token of a byte-level vocabulary; a character outside its alphabet is encoded as UTF-8. */
export function tokenBytes(piece: string): Uint8Array {
  const bytes: number[] = []
  for (const character of piece) {
    const byte = byteOf.get(character)
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character))
    else bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
