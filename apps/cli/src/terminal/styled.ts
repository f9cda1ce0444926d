import { clean, cleanLine } from './clean'

/** Text with a color or weight: the only way to get an escape sequence into the output. */
export interface Styled {
  styled: string
  code: number
}
export type Piece = string | number | Styled

const style =
  (code: number) =>
  (text: string | number): Styled => ({ styled: String(text), code })
export const bold = style(1)
export const faint = style(2)
export const red = style(31)
export const green = style(32)
export const yellow = style(33)

/** Only what is written into the source is trusted; each inserted value is cleaned. */
export function render(
  parts: readonly string[],
  values: readonly Piece[],
  { color, lines = false }: { color: boolean; lines?: boolean },
): string {
  const cleaned = lines ? clean : cleanLine
  return parts
    .map((part, index) => {
      const value = values[index]
      if (value === undefined) return part
      if (typeof value !== 'object') return part + cleaned(String(value))
      const text = cleaned(value.styled)
      return part + (color ? `\u001b[${value.code}m${text}\u001b[0m` : text)
    })
    .join('')
}

/** How wide it is, without colors. A character is taken for one column. */
export const widthOf = (piece: Piece): number =>
  [...cleanLine(String(typeof piece === 'object' ? piece.styled : piece))].length
