/** Command lines without their secrets, and cut. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scrubArguments, scrubShell } from './scrub'

describe('command lines', () => {
  for (const [command, expected] of [
    ['ls -la /tmp', 'ls -la /tmp'],
    ['TOKEN=abc OTHER="a b" run --fast', 'TOKEN=? OTHER=? run --fast'],
    ['PATH=/bin LD_PRELOAD=x.so KEY=y run', 'PATH=/bin LD_PRELOAD=x.so KEY=? run'],
    ['run KEY=value', 'run KEY=value'],
    ['a && SECRET=x b; X=y c | Z=1 d', 'a && SECRET=? b; X=? c | Z=? d'],
    ['mysql --password=hunter2 -u root', 'mysql --password=? -u root'],
    ['mysql --password hunter2 -u root', 'mysql --password ? -u root'],
    ['mysql -p hunter2', 'mysql -p ?'],
    ["run --api-key='a b' --verbose", 'run --api-key=? --verbose'],
    ['run --API_KEY "a b" c', 'run --API_KEY ? c'],
    ['java -Ddb.password=x -jar a.jar', 'java -Ddb.password=? -jar a.jar'],
    ['curl -H "Authorization: Bearer abc" https://shop', 'curl -H "Authorization:? https://shop'],
    ['git clone https://me:secret@host/x', 'git clone https://?@host/x'],
    ['md5 -s secret; ls', 'md5 ? ?; ls'],
    ['/usr/bin/md5 secret', '/usr/bin/md5 ?'],
    ['echo "unclosed', 'echo "unclosed'],
    ['', ''],
  ]) {
    it(`of a shell: ${command}`, () => assert.equal(scrubShell(command).text, expected))
  }

  for (const [args, expected] of [
    [
      ['--password', 'x', 'y'],
      ['--password', '?', 'y'],
    ],
    [
      ['--password=x y', 'z'],
      ['--password=?', 'z'],
    ],
    [['secret:x'], ['secret:?']],
    [
      ['--password', '--password', 'x'],
      ['--password', '?', 'x'],
    ],
    [
      ['--passport', 'x'],
      ['--passport', 'x'],
    ],
    [['A=b'], ['A=b']],
  ]) {
    it(`of arguments: ${args.join(' ')}`, () => {
      assert.deepEqual(JSON.parse(scrubArguments('run', args).text), ['run', ...expected])
    })
  }

  it('are cut behind 4096 characters', () => {
    assert.deepEqual(scrubShell('a'.repeat(4096)), { text: 'a'.repeat(4096), isTruncated: false })
    assert.deepEqual(scrubShell('a'.repeat(4097)), { text: 'a'.repeat(4096), isTruncated: true })
    assert.equal(scrubArguments('a', ['b'.repeat(4095)]).isTruncated, false)
    assert.equal(scrubArguments('a', ['b'.repeat(4096)]).isTruncated, true)
    assert.equal(scrubArguments('a', ['b'.repeat(4095), 'c']).isTruncated, true)
  })

  it('take no longer than their length', () => {
    for (const text of [
      '"'.repeat(4096),
      '\\'.repeat(4096),
      'a='.repeat(2048),
      '--'.repeat(2048),
      "'\\".repeat(2048),
    ]) {
      assert.ok(scrubShell(text).text.length <= text.length + 1)
      assert.ok(scrubArguments('a', [text]).text.length > 0)
    }
  })
})
