/** The text of Redis commands in tags. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawCommand } from '../../../../src/kit/redis/raw-command'

const raw = (...[name, ...args]: unknown[]): string => rawCommand(name as string, args, 0)

test('arguments are texts and numbers; all else is a question mark', () => {
  assert.equal(raw('PING'), 'PING')
  assert.equal(raw('SET', 'a', 1), 'SET a 1')
  assert.equal(raw('SET', 'a', Buffer.from('b'), null, undefined, {}, ['x'], true), 'SET a ? ? ? ? ? ?')
  assert.equal(
    raw('GET', 'a', () => {}),
    'GET a',
  )
  assert.equal(rawCommand('GET', ['GET', 'a'], 1), 'GET a')
})

test('an argument of 100 characters is whole, one of 101 is cut', () => {
  assert.equal(raw('GET', 'a'.repeat(100)), `GET ${'a'.repeat(100)}`)
  assert.equal(raw('GET', 'a'.repeat(101)), `GET ${'a'.repeat(97)}...`)
})

test('a command of 1000 characters is whole, one of 1001 is cut', () => {
  const args = Array.from({ length: 12 }, () => 'b'.repeat(79))
  const last = (length: number) => raw('MGET', ...args, 'c'.repeat(length))
  assert.equal(last(35).length, 1000)
  assert.ok(last(35).endsWith(' ccccccccccccccccccccccccccccccccccc'))
  assert.equal(last(36).length, 1000)
  assert.ok(last(36).endsWith('cc...'))
  assert.equal(raw('X'.repeat(2000)).length, 1000)
})

test('secrets are question marks, however they are written', () => {
  const cases: [unknown[], string][] = [
    [['AUTH', 'pw'], 'AUTH ?'],
    [['AUTH', 'user', 'pw'], 'AUTH ? ?'],
    [['HELLO', '3', 'AUTH', 'user', 'pw', 'SETNAME', 'n'], 'HELLO 3 AUTH ? ? ? ?'],
    [['HELLO', 3, 'auth', 'user', 'pw'], 'HELLO 3 auth ? ?'],
    [['HELLO', 3], 'HELLO 3'],
    [['ACL', 'SETUSER', 'joe', '>pw', 'on'], 'ACL SETUSER joe ? ?'],
    [['ACL', 'setuser', 'joe', '>pw'], 'ACL setuser joe ?'],
    [['ACL', 'WHOAMI'], 'ACL WHOAMI'],
    [['ACL', 'GETUSER', 'joe'], 'ACL GETUSER joe'],
    [['CONFIG', 'SET', 'requirepass', 'pw'], 'CONFIG SET requirepass ?'],
    [['CONFIG', 'set', 'maxmemory', '1mb', 'MasterAuth', 'pw'], 'CONFIG set maxmemory 1mb MasterAuth ?'],
    [['CONFIG', 'GET', 'requirepass'], 'CONFIG GET requirepass'],
    [
      ['MIGRATE', 'host', 6379, '', 0, 10, 'COPY', 'AUTH', 'pw', 'KEYS', 'a'],
      'MIGRATE host 6379  0 10 COPY AUTH ? ? ?',
    ],
    [['MIGRATE', 'host', 6379, 'a', 0, 10, 'auth2', 'user', 'pw'], 'MIGRATE host 6379 a 0 10 auth2 ? ?'],
    [['MIGRATE', 'auth', 6379, 'a', 0, 10], 'MIGRATE auth 6379 a 0 10'],
    [['SENTINEL', 'SET', 'main', 'auth-pass', 'pw'], 'SENTINEL SET main auth-pass ?'],
  ]
  for (const [command, text] of cases) {
    assert.equal(raw(...command), text)
    assert.equal(rawCommand(command[0] as string, command, 1), text)
  }
})
