import type { TrainerEvent } from '@palate/protocol'

const mask = '[secret]'

/** Names of environment variables whose values are secret. */
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_KEY|ACCESS_KEY|ENROLLMENT_CODE/i
/** Shorter values could be ordinary words. */
const minLength = 8

/** Patterns of secrets that no variable names: tokens of Palate, Hugging Face, OpenAI-like services, AWS, JWTs. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer\s+)[\w.~+/=-]{8,}/gi, `$1${mask}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, mask],
  [/\b(?:plt|pag|pen|hf|sk|ghp|gho|github_pat|xox[abp])[_-][\w-]{12,}/g, mask],
  [/\bAKIA[0-9A-Z]{16}\b/g, mask],
  [/(:\/\/[^/\s:@]+:)[^/\s:@]+(?=@)/g, `$1${mask}`],
]

/** Removes secrets from logged text: known values, and text that matches the pattern of a secret. */
export class Redactor {
  private readonly values = new Set<string>()

  /** Knows the secrets of an environment by the names of its variables. */
  static ofEnvironment(env: NodeJS.ProcessEnv): Redactor {
    const redactor = new Redactor()
    for (const [name, value] of Object.entries(env)) if (value && secretName.test(name)) redactor.learn(value)
    return redactor
  }

  /** Adds a secret value. */
  learn(secret: string): void {
    if (secret.length >= minLength) this.values.add(secret)
  }

  /** Removes a value that is no longer valid (a lease's token): each value costs a pass over every line. */
  forget(secret: string): void {
    this.values.delete(secret)
  }

  /** Cleans log lines and errors; text that a model generated is not changed. */
  cleanEvent(event: TrainerEvent): TrainerEvent {
    if (event.type === 'log') return { ...event, text: this.clean(event.text) }
    if (event.type !== 'run-end' || !event.error) return event
    return { ...event, error: { ...event.error, message: this.clean(event.error.message) } }
  }

  clean(text: string): string {
    let cleaned = text
    for (const value of this.values) cleaned = cleaned.replaceAll(value, mask)
    for (const [shape, instead] of shapes) cleaned = cleaned.replace(shape, instead)
    return cleaned
  }
}
