import { cn } from '@palate/ui'
import { type Mark, splitAround } from './marks'

const tones = {
  good: 'bg-good-soft',
  warn: 'bg-warn-soft',
  bad: 'bg-bad-soft shadow-[inset_0_-1.5px_var(--bad)]',
}

/** A line of a recipe with the highlighted phrase, and the reason below. */
export function MarkedLine({ line, mark }: { line: string; mark: Mark | undefined }) {
  if (!mark) return <span>{line}</span>
  const [before, phrase, after] = splitAround(line, mark.phrase)
  return (
    <span>
      {before}
      <mark className={cn('rounded-[3px] px-0.5 text-inherit', tones[mark.tone])} title={mark.note}>
        {phrase}
      </mark>
      {after}
      {mark.note ? (
        <span className={cn('block text-xs', mark.tone === 'bad' ? 'text-bad' : 'text-ink-3')}>
          {mark.note}
        </span>
      ) : null}
    </span>
  )
}

/** The cursor at the end of a growing answer. */
export function Caret() {
  return (
    <span
      aria-hidden="true"
      className="ml-0.5 inline-block h-[1.1em] w-1.5 animate-caret bg-accent align-text-bottom"
    />
  )
}
