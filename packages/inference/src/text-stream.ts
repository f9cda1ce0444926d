import type { LlamaModel, Token } from 'node-llama-cpp'
import { tokenBytes } from './byte-level'

/** Turns tokens into text as they come, never cutting a character in two. */
export interface TextStream {
  /** @returns the text that became certain with this token, often one word, sometimes none */
  push(token: Token): string
  /** @returns what was still held when the answer ended */
  flush(): string
}

/**
 * A byte-level vocabulary is read by its own bytes: llama.cpp's detokenizer tidies spaces before punctuation away,
 * so its text would not be the text of the tokens. Other vocabularies are left to llama.cpp.
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

/** A character has at most four bytes, so byte tokens never wait long for each other. */
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
