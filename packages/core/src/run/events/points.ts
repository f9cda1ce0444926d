import type { CopyIn, Transaction } from '@palate/db'
import { type SQL, sql } from 'drizzle-orm'

const signature = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const rowBytes = 2 + 8 + 8 + 12 + 12
/** PostgreSQL counts microseconds from the year 2000. */
const epochMs = Date.UTC(2000, 0)
const twoTo32 = 2 ** 32

/** Columns of points to be written at once. Times are milliseconds since 1970. */
export class Points {
  private readonly series: number[] = []
  private readonly positions: number[] = []
  private readonly times: number[] = []
  private readonly values: number[] = []

  add(series: number, position: number, time: number, value: number): void {
    this.series.push(series)
    this.positions.push(position)
    this.times.push(time)
    this.values.push(value)
  }

  async insert(tx: Transaction): Promise<void> {
    if (this.series.length > 0) await tx.execute(this.toInsert())
  }

  /**
   * For points that do not lie beyond their series' last one: a position that has a point keeps it, and a series that
   * gets one counts it as a rewrite.
   */
  async insertLate(tx: Transaction): Promise<void> {
    if (this.series.length === 0) return
    await tx.execute(sql`
      with written as (${this.toInsert()} on conflict do nothing returning series_id)
      update metric_series set rewrites = rewrites + 1 where id in (select series_id from written)`)
  }

  /** Times travel as epoch milliseconds: a `timestamptz[]` parameter fails on a client that Drizzle wraps. */
  private toInsert(): SQL {
    return sql`
      insert into metric_point (series_id, position, "time", value)
      select series_id, position, to_timestamp(ms / 1000), value
      from unnest(
        ${arrayText(this.series)}::int[], ${arrayText(this.positions)}::int[],
        ${arrayText(this.times)}::float8[], ${arrayText(this.values)}::float8[]
      ) as point (series_id, position, ms, value)`
  }

  /** For many points: half the work of an insert. A point that exists already fails the transaction. */
  async copy(copyIn: CopyIn): Promise<void> {
    if (this.series.length === 0) return
    await copyIn(
      'copy metric_point (series_id, position, "time", value) from stdin (format binary)',
      this.encode(),
    )
  }

  /** PostgreSQL's binary COPY format: of each row the number of fields, then each field's length and bytes. */
  private encode(): Buffer {
    const bytes = Buffer.allocUnsafe(signature.length + this.series.length * rowBytes + 2)
    signature.copy(bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = signature.length
    for (let index = 0; index < this.series.length; index += 1) {
      const microseconds = Math.round(((this.times[index] ?? 0) - epochMs) * 1000)
      const high = Math.floor(microseconds / twoTo32)
      view.setInt16(at, 4)
      view.setInt32(at + 2, 4)
      view.setInt32(at + 6, this.series[index] ?? 0)
      view.setInt32(at + 10, 4)
      view.setInt32(at + 14, this.positions[index] ?? 0)
      view.setInt32(at + 18, 8)
      view.setInt32(at + 22, high)
      view.setUint32(at + 26, microseconds - high * twoTo32)
      view.setInt32(at + 30, 8)
      view.setFloat64(at + 34, this.values[index] ?? 0)
      at += rowBytes
    }
    view.setInt16(at, -1)
    return bytes
  }
}

/** An array in PostgreSQL's notation, which is faster than building it number by number. */
export const arrayText = (numbers: readonly number[]) => `{${numbers.join(',')}}`
