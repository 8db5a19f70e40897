/** Each row of the configuration table in each source, with a good and a bad value. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Config, resolveConfig } from '../../../src/core/config/resolve'
import type { StableFiles } from '../../../src/core/config/stable-files'
import { badText, goodText, optionsWith, plainNames, TEXT_ROWS } from '../../support/config-samples'

type Sources = [env: Record<string, string>, files: StableFiles]

const IN: Record<string, (name: string, text: string) => Sources> = {
  local_stable_config: (name, text) => [{}, { local: { variables: { [name]: text }, configId: 'L' } }],
  env_var: (name, text) => [{ [name]: text }, {}],
  fleet_stable_config: (name, text) => [{}, { fleet: { variables: { [name]: text }, configId: 'F' } }],
}

/** Value, origin and variable of a row. How texts are read, `config.test.ts` has cases for. */
function shown(config: Config, name: string) {
  const key = name as keyof Config['origins']
  return { value: config[key], origin: config.origins[key], variable: config.variables[key] }
}

for (const [name, row] of TEXT_ROWS) {
  describe(name, () => {
    const good = goodText(row)
    const { value } = row.fromText(good)
    const bad = badText(row)

    test('has a sample value that differs from the default', () => {
      assert.notDeepEqual(value, row.fallback)
    })

    for (const [origin, place] of Object.entries(IN)) {
      for (const variable of plainNames(row)) {
        test(`${variable} in ${origin}`, () => {
          const config = resolveConfig({}, ...place(variable, good))
          assert.deepEqual(shown(config, name), { value, origin, variable })
          assert.deepEqual(config.problems, [])
        })
      }

      if (bad === undefined) continue
      test(`a bad value in ${origin} is reported and passed over`, () => {
        const [env, files] = place(row.env[0], bad)
        const config = resolveConfig({}, env, files)
        assert.deepEqual(config[name as 'tags'], row.fallback)
        assert.equal(config.origins[name as 'tags'], 'default')
        assert.equal(config.problems.length, 1)
        assert.ok(config.problems[0].startsWith(`${row.env[0]}=`), config.problems[0])
        if (origin === 'local_stable_config') return
        const next = resolveConfig({}, env, { ...files, local: { variables: { [row.env[0]]: good } } })
        assert.deepEqual(shown(next, name), {
          value,
          origin: 'local_stable_config',
          variable: row.env[0],
        })
        assert.equal(next.problems.length, 1)
      })
    }

    if (row.option === false) return
    const option = row.option ?? name
    test(`option ${option}, which hides the variable`, () => {
      const config = resolveConfig(optionsWith(option, good), { [row.env[0]]: ' ' })
      assert.deepEqual(config[name as 'tags'], value)
      assert.equal(config.origins[name as 'tags'], 'code')
      assert.equal(config.variables[name as 'tags'], undefined)
    })

    test(`a bad option ${option} leaves the variable in force`, () => {
      const config = resolveConfig(optionsWith(option, Symbol('bad')), { [row.env[0]]: good })
      assert.deepEqual(shown(config, name), { value, origin: 'env_var', variable: row.env[0] })
      assert.ok(config.problems.some(each => each.startsWith(`option ${option}=`)))
    })
  })
}
