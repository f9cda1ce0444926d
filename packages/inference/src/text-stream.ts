import type { LlamaModel, Token } from 'node-llama-cpp'

/** Turns tokens into text as they are generated, always in whole characters. */
export interface TextStream {
  /** @returns the text completed by this token, which may be empty */
  push(token: Token): string
  /** @returns the rest of the text at the end of the answer */
  flush(): string
}

/**
 * A byte-level vocabulary is decoded here: llama.cpp's detokenizer removes spaces before punctuation, so its text would
 * differ from the tokens. llama.cpp decodes other vocabularies.
 */
export function createTextStream(model: LlamaModel): TextStream {
  const { model: type, tokens } = model.fileInfo.metadata.tokenizer.ggml
  return type === 'gpt2' && Array.isArray(tokens) ? new ByteStream(model, tokens) : new HeldStream(model)
}

class ByteStream implements TextStream {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  constructor(
    private readonly model: LlamaModel,
    private readonly pieces: readonly string[],
  ) {}

  push(token: Token): string {
    if (this.model.isSpecialToken(token)) return ''
    return this.decoder.decode(tokenBytes(this.pieces[token] ?? ''), { stream: true })
  }

  flush(): string {
    return this.decoder.decode()
  }
}

/** A character has at most four bytes, so byte tokens wait only for a few others. */
const heldTokens = 6
const recentTokens = 8

class HeldStream implements TextStream {
  private held: Token[] = []
  private recent: Token[] = []

  constructor(private readonly model: LlamaModel) {}

  push(token: Token): string {
    this.held.push(token)
    const text = this.model.detokenize(this.held, false, this.recent)
    return text.endsWith('\uFFFD') && this.held.length < heldTokens ? '' : this.release(text)
  }

  flush(): string {
    return this.held.length > 0 ? this.release(this.model.detokenize(this.held, false, this.recent)) : ''
  }

  private release(text: string): string {
    this.recent = [...this.recent, ...this.held].slice(-recentTokens)
    this.held = []
    return text
  }
}

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
function tokenBytes(piece: string): Uint8Array {
  const bytes: number[] = []
  for (const character of piece) {
    const byte = byteOf.get(character)
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character))
    else bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
