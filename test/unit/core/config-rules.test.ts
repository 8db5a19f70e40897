/** The rules of a configuration file, which give settings to some processes only. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readStableFiles } from '../../../src/core/config/stable-files'
import { temporaryFolder } from '../../support/temporary'

const SELF = {
  env: { TEAM: 'Shop-EU', EMPTY: '' },
  argv: ['/node', '/app/server.js', '--role=web', '--verbose'],
  execArgv: ['--max-old-space-size=64'],
}

function read(content: unknown) {
  const folder = temporaryFolder('rules-')
  const paths = { local: join(folder, 'local.yaml'), fleet: join(folder, 'none.yaml') }
  // Every JSON text is YAML.
  writeFileSync(paths.local, JSON.stringify(content))
  const { local, problems } = readStableFiles(paths, SELF)
  return { variables: local?.variables, problems }
}

/** Returns whether a rule with these selectors is used. */
function isUsed(...selectors: unknown[]): boolean {
  const { variables } = read({ apm_configuration_rules: [{ selectors, configuration: { DD_ENV: 'rule' } }] })
  return variables?.DD_ENV === 'rule'
}

const env = (operator: string, ...matches: string[]) => ({
  origin: 'environment_variables',
  key: 'TEAM',
  operator,
  matches,
})
const argument = (key: string, operator: string, ...matches: string[]) => ({
  origin: 'process_arguments',
  key,
  operator,
  matches,
})

describe('a selector', () => {
  const cases: [unknown, boolean][] = [
    [{ origin: 'language', operator: 'equals', matches: ['java', 'NodeJS'] }, true],
    [{ origin: 'language', operator: 'equals', matches: ['java'] }, false],
    [env('equals', 'shop-eu'), true],
    [env('equals', 'shop'), false],
    [env('starts_with', 'shop'), true],
    [env('prefix_matches', 'hop'), false],
    [env('ends_with', 'EU'), true],
    [env('suffix_matches', 'shop'), false],
    [env('contains', 'p-e'), true],
    [env('contains', 'x'), false],
    [env('equals'), false],
    [env('exists'), true],
    [{ ...env('exists'), key: 'EMPTY' }, true],
    [{ ...env('exists'), key: 'MISSING' }, false],
    [{ ...env('exists'), key: undefined }, false],
    [argument('--role', 'equals', 'web'), true],
    [argument('--rol', 'exists'), false],
    [argument('--verbose', 'exists'), true],
    [argument('--max-old-space-size', 'equals', '64'), true],
    [argument('/node', 'exists'), false],
    [{ origin: 'tags', key: 'team', operator: 'exists' }, false],
    [env('of times to come', 'shop-eu'), false],
    [{ ...env('equals'), matches: [{ toString: 'x' }] }, false],
    ['text', false],
  ]
  for (const [selector, expected] of cases) {
    test(`${JSON.stringify(selector)} ${expected ? 'matches' : 'does not match'}`, () => {
      assert.equal(isUsed(selector), expected)
    })
  }

  test('is not enough where another selector of the rule does not match', () => {
    assert.equal(isUsed(env('exists'), argument('--role', 'exists')), true)
    assert.equal(isUsed(env('exists'), argument('--none', 'exists')), false)
    assert.equal(isUsed(), true)
  })
})

describe('the rules', () => {
  const rule = (name: string, selector: unknown, more = {}) => ({
    selectors: [selector],
    configuration: { DD_SERVICE: name, ...more },
  })

  test('of a file: the first that matches overrides the settings for all processes', () => {
    const { variables, problems } = read({
      apm_configuration_default: { DD_SERVICE: 'everybody', DD_ENV: 'prod' },
      apm_configuration_rules: [
        rule('no', env('equals', 'none')),
        rule('first', env('exists'), { DD_VERSION: '1' }),
        rule('second', env('exists'), { DD_TAGS: 'a:b' }),
      ],
    })
    assert.deepEqual(variables, { DD_SERVICE: 'first', DD_ENV: 'prod', DD_VERSION: '1' })
    assert.deepEqual(problems, [])
  })

  test('leave the settings for all processes where none matches, or the one that does has none', () => {
    const apm_configuration_default = { DD_SERVICE: 'everybody' }
    for (const rules of [[rule('no', env('equals', 'none'))], [{ selectors: [] }], [], null]) {
      const { variables } = read({ apm_configuration_default, apm_configuration_rules: rules })
      assert.deepEqual(variables, { DD_SERVICE: 'everybody' }, JSON.stringify(rules))
    }
  })

  test('that are not a list of rules make the whole file unusable', () => {
    for (const rules of ['text', ['text'], { selectors: [] }]) {
      const { variables, problems } = read({ apm_configuration_rules: rules })
      assert.equal(variables, undefined)
      assert.match(problems?.[0] ?? '', /apm_configuration_rules is not a list of rules$/)
    }
  })

  test('may use variables and arguments of the process in values', () => {
    const { variables } = read({
      apm_configuration_default: {
        DD_SERVICE: "{{environment_variables['TEAM']}}-{{ process_arguments['--role'] }}",
        DD_ENV: "{{environment_variables['MISSING']}}",
        DD_VERSION: '{{something}}',
      },
    })
    assert.deepEqual(variables, { DD_SERVICE: 'Shop-EU-web', DD_ENV: '', DD_VERSION: '{{something}}' })
  })
})
