import type { TrainerEvent } from '@palate/protocol'

const mask = '[secret]'

/** Names of variables whose values are never told. */
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_KEY|ACCESS_KEY|ENROLLMENT_CODE/i
/** Shorter values are words that stand everywhere. */
const shortest = 8

/** What secrets look like where nobody named them: tokens of Palate, Hugging Face, OpenAI-like services, AWS, JWTs. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer\s+)[\w.~+/=-]{8,}/gi, `$1${mask}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, mask],
  [/\b(?:plt|pag|pen|hf|sk|ghp|gho|github_pat|xox[abp])[_-][\w-]{12,}/g, mask],
  [/\bAKIA[0-9A-Z]{16}\b/g, mask],
  [/(:\/\/[^/\s:@]+:)[^/\s:@]+(?=@)/g, `$1${mask}`],
]

/** Takes secrets out of what is logged: those that it was told of, and what looks like one. */
export class Redactor {
  private readonly values = new Set<string>()

  /** Takes the secrets of a process's environment from the names of its variables. */
  static ofEnvironment(env: NodeJS.ProcessEnv): Redactor {
    const redactor = new Redactor()
    for (const [name, value] of Object.entries(env)) if (value && secretName.test(name)) redactor.learn(value)
    return redactor
  }

  /** From now on this value is never told. */
  learn(secret: string): void {
    if (secret.length >= shortest) this.values.add(secret)
  }

  /** Of what is over (a lease's token) nothing is kept: each value costs a pass over every line. */
  forget(secret: string): void {
    this.values.delete(secret)
  }

  /** The words of an event that a program chose itself; what a model wrote is passed on as it is. */
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
