/** A long session with mysql2 looks the same with the tracer and without it. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { mysql2Tests } from '../../test/support/mysql-drivers'
import { ROOT } from '../../test/support/programs'

interface Parts {
  mysql: unknown
  promised: unknown
  config: object
  seed: number
  count: number
}

const { session } = require(join(ROOT, 'integrations', 'mysql2', 'fixtures', 'session.cjs')) as {
  session(parts: Parts): Promise<unknown[]>
}
const COUNT = 300

/** Returns a line without the text that the server quotes after a mistake, which may be an appended comment. */
const told = (line: unknown): string => JSON.stringify(line).replace(/near '.*?' at line/g, 'at line')

mysql2Tests(test => {
  for (const [dbmPropagationMode, appendComment] of [
    ['disabled', false],
    ['full', false],
    ['full', true],
  ] as const) {
    const how = appendComment ? ', appended' : ''
    test(`results, errors, events and \`this\` are the same: comments ${dbmPropagationMode}${how}`, async place => {
      // A pool of the oldest loses the connections of queries that failed.
      if (place.set.name === 'oldest') return
      const collector = place.collect({
        config: { dbmPropagationMode },
        use: { mysql2: { appendComment } },
      })
      const play = (seed: number) =>
        session({
          mysql: place.mysql,
          promised: place.promised,
          config: place.address,
          seed,
          count: COUNT,
        })
      const seed = dbmPropagationMode === 'full' ? 7 : 1
      const seen = await play(seed)
      assert.ok(collector.own().length > COUNT / 2)
      collector.stop()
      const expected = await play(seed)
      // Line by line: a difference in thousands of lines is hard to read.
      for (const [index, line] of expected.entries()) assert.deepEqual(told(seen[index]), told(line))
      assert.equal(seen.length, expected.length)
    })
  }
})
