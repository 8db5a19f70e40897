/**
 * `asJson(record, message, level, time)` makes the line, which begins with the level and the text of `time`. Appending
 * `dd` to that text costs 40 ns, inserting it into the finished line 190 ns; and the ids remain when a long line is cut
 * off on its way. So `dd` follows the time; it is put at the end where there is no such text, or where the line might
 * have a `dd` of its own.
 */

import type { AnyFunction } from '../../src/kit/index'
import { type LogCorrelation, withDd } from '../../src/kit/logs/index'
import { fieldsOf, hasNoDd } from './existing-dd'
import type { Fields, Logger } from './types'

export function linesWithDd(correlation: LogCorrelation): (original: AnyFunction) => AnyFunction {
  let fields: Fields | undefined
  return original =>
    function (this: Logger, record: unknown, message: unknown, level: unknown, time: unknown): unknown {
      const dd = correlation.json()
      if (dd === '') return original.call(this, record, message, level, time)
      fields ??= fieldsOf(this)
      if (typeof time === 'string' && hasNoDd(this, record, fields)) {
        return original.call(this, record, message, level, `${time},"dd":${dd}`)
      }
      const line: unknown = original.call(this, record, message, level, time)
      return typeof line === 'string' ? withDd(line, dd) : line
    }
}
