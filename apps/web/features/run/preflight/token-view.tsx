import { cn } from '@palate/ui'
import { Fragment } from 'react'
import { plural } from '../../../lib/format'
import { showText, type TokenMark, type TokenSpan } from './spans'

/** Each mark has a color and a line style, so that it is visible without color. */
export const markStyles: Readonly<Record<TokenMark, string>> = {
  trained: 'bg-good-soft text-ink underline decoration-good decoration-2 underline-offset-4',
  masked: 'text-ink-2',
  cut: 'bg-bad-soft text-ink-2 line-through decoration-bad/60 decoration-1',
}

/** The exact tokens of one sequence, separated by thin lines; special tokens have a border. */
export function TokenView({ spans, label }: { spans: readonly TokenSpan[]; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
      tabIndex={0}
      className="scroll-quiet max-h-[34rem] overflow-auto rounded-md border border-line bg-paper px-3.5 py-3 font-mono text-xs leading-6 break-words whitespace-pre-wrap [font-variant-ligatures:none]"
    >
      {spans.map((span) => (
        <Fragment key={span.tokens[0]?.index}>
          {span.omittedBefore > 0 ? (
            <span className="my-1 block font-sans text-ink-3">
              … {plural(span.omittedBefore, 'token')} not shown …
            </span>
          ) : null}
          <span className="sr-only">{` ${span.mark}: `}</span>
          {span.tokens.map(({ index, id, text, special }) => (
            <Fragment key={index}>
              {text.startsWith(' ') ? <wbr /> : null}
              <span
                title={`token ${index + 1} · id ${id} · ${span.mark}${special ? ' · special' : ''}`}
                className={cn(
                  'border-r border-line',
                  markStyles[span.mark],
                  special && 'rounded-sm border border-line-strong px-0.5 font-semibold',
                )}
              >
                {showText(text)}
              </span>
            </Fragment>
          ))}
        </Fragment>
      ))}
    </section>
  )
}
