import type { CopyIn, Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'

const signature = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const rowBytes = 2 + 8 + 8 + 12 + 12
/** PostgreSQL counts its microseconds from the year 2000. */
const epochMs = Date.UTC(2000, 0)
const twoTo32 = 2 ** 32

/** Columns of points to be written at once. Times are milliseconds since 1970. */
export class Points {
  private readonly series: number[] = []
  private readonly steps: number[] = []
  private readonly times: number[] = []
  private readonly values: number[] = []

  add(series: number, step: number, time: number, value: number): void {
    this.series.push(series)
    this.steps.push(step)
    this.times.push(time)
    this.values.push(value)
  }

  /** Times travel as epoch milliseconds: a `timestamptz[]` parameter fails on a client that Drizzle wraps. */
  async insert(tx: Transaction, whenThere: 'keep' | 'never'): Promise<void> {
    if (this.series.length === 0) return
    await tx.execute(sql`
      insert into metric_point (series_id, step, "time", value)
      select series_id, step, to_timestamp(ms / 1000), value
      from unnest(
        ${arrayText(this.series)}::int[], ${arrayText(this.steps)}::int[],
        ${arrayText(this.times)}::float8[], ${arrayText(this.values)}::float8[]
      ) as point (series_id, step, ms, value)
      ${whenThere === 'keep' ? sql`on conflict do nothing` : sql``}`)
  }

  /** For many points: half the work of an insert. One that is there already fails the transaction. */
  async copy(copyIn: CopyIn): Promise<void> {
    if (this.series.length === 0) return
    await copyIn(
      'copy metric_point (series_id, step, "time", value) from stdin (format binary)',
      this.encode(),
    )
  }

  /** PostgreSQL's binary COPY format: of each row the number of fields, then each field's length and bytes. */
  private encode(): Buffer {
    const bytes = Buffer.allocUnsafe(signature.length + this.series.length * rowBytes + 2)
    signature.copy(bytes)
    let at = signature.length
    for (let index = 0; index < this.series.length; index += 1) {
      const microseconds = Math.round(((this.times[index] ?? 0) - epochMs) * 1000)
      const high = Math.floor(microseconds / twoTo32)
      at = bytes.writeInt16BE(4, at)
      at = bytes.writeInt32BE(4, at)
      at = bytes.writeInt32BE(this.series[index] ?? 0, at)
      at = bytes.writeInt32BE(4, at)
      at = bytes.writeInt32BE(this.steps[index] ?? 0, at)
      at = bytes.writeInt32BE(8, at)
      at = bytes.writeInt32BE(high, at)
      at = bytes.writeUInt32BE(microseconds - high * twoTo32, at)
      at = bytes.writeInt32BE(8, at)
      at = bytes.writeDoubleBE(this.values[index] ?? 0, at)
    }
    bytes.writeInt16BE(-1, at)
    return bytes
  }
}

/** PostgreSQL's own notation, which the client then need not build number by number. */
const arrayText = (numbers: number[]) => `{${numbers.join(',')}}`
