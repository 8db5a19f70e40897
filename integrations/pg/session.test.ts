/** A long session with pg looks the same with the tracer and without it. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { withService } from '../../test/services/service'
import { collectPg } from '../../test/support/pg'
import { pgSession } from '../../test/support/pg-session'

const COUNT = 300
const MODES = [
  ['disabled', false],
  ['full', false],
  ['full', true],
] as const

for (const set of librarySets('pg')) {
  before(() => installLibraries([set]))
  for (const [dbmPropagationMode, appendComment] of MODES) {
    const how = `comments ${dbmPropagationMode}${appendComment ? ', appended' : ''}`
    test(
      `results, errors, events and \`this\` are the same: ${set.label}, ${how}`,
      withService('postgres', async (t, { url }) => {
        const play = () =>
          pgSession(
            {
              pg: set.require('pg'),
              Cursor: set.require('pg-cursor'),
              QueryStream: set.require('pg-query-stream'),
            },
            url,
            COUNT,
          )
        const expected = await play()
        const collector = collectPg(t, { config: { dbmPropagationMode }, use: { pg: { appendComment } } })
        const seen = await play()
        // The position of a mistake counts from the beginning of the text: a comment in front moves it.
        const isMoved = dbmPropagationMode === 'full' && !appendComment
        const told = (line: string) => (isMoved ? line.replace(/"position":"\d+"/g, '') : line)
        for (const [index, line] of expected.entries()) assert.equal(told(seen[index]), told(line))
        assert.equal(seen.length, expected.length)
        assert.ok(expected.length > 4 * COUNT, `${expected.length} observations`)
        assert.ok(collector.own().length > COUNT, `${collector.own().length} spans`)
      }),
    )
  }
}
