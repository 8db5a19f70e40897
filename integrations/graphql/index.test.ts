/** graphql in every version that there is a set of: spans, and that the application sees none of it. */

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Collector, collect, type PlainSpan } from '../../test/support/collect'
import graphqlIntegration from './index'
import { signatureOf } from './signature'
import type { Document, Schema } from './types'

type Result = { data?: Record<string, unknown>; errors?: (Error & { path?: unknown; locations?: unknown })[] }
// biome-ignore lint/suspicious/noExplicitAny: types of a library that is not installed here
type Any = any

const ROOT_FIELDS = ['now', 'later', 'broken', 'returned', 'lazy', 'users', 'node', 'plain']

for (const set of librarySets('graphql')) {
  describe(set.label, () => {
    let collector: Collector
    let graphql: Any
    let originals: Record<string, unknown>

    before(async () => {
      await installLibraries([set])
      collector = collect([graphqlIntegration])
      graphql = set.require('graphql')
    })
    after(() => collector.stop())
    beforeEach(() => {
      collector.clear()
      collector.registry.use('graphql', true)
    })

    function makeSchema(): Schema {
      const { GraphQLObjectType, GraphQLList, GraphQLInterfaceType, GraphQLString, GraphQLInt } = graphql
      originals = {
        now: (..._args: unknown[]) => activeSpan()?.toSpanId(true),
        async later(_source: unknown) {
          await new Promise(resolve => setImmediate(resolve))
          return activeSpan()?.toSpanId(true)
        },
        broken() {
          throw Object.assign(new RangeError('too far'), { extensions: { code: 'FAR', deep: { a: 1 } } })
        },
        returned: () => new TypeError('as a value'),
        lazy: () => lazy(),
        users: (_source: unknown, { count }: { count: number }) =>
          Array.from({ length: count }, (_, id) => ({ id })),
        node: () => ({ id: 7 }),
      }
      const Node = new GraphQLInterfaceType({
        name: 'Node',
        fields: { id: { type: GraphQLInt } },
        resolveType: () => (Number(graphql.version?.split('.')[0] ?? 14) > 15 ? 'User' : User),
      })
      const User: Any = new GraphQLObjectType({
        name: 'User',
        interfaces: [Node],
        fields: () => ({
          id: { type: GraphQLInt },
          title: {
            type: GraphQLString,
            resolve: async ({ id }: { id: number }) => `user ${id} ${activeSpan()?.toSpanId(true)}`,
          },
          friends: { type: new GraphQLList(User), resolve: () => [{ id: 8 }] },
        }),
      })
      const query = new GraphQLObjectType({
        name: 'Query',
        fields: Object.fromEntries(
          ROOT_FIELDS.map(name => [
            name,
            {
              type: name === 'users' ? new GraphQLList(User) : name === 'node' ? Node : GraphQLString,
              args: name === 'users' ? { count: { type: GraphQLInt } } : {},
              resolve: originals[name],
            },
          ]),
        ),
      })
      return new graphql.GraphQLSchema({ query, types: [User] })
    }

    let starts = 0
    /** Makes a thenable that begins its work when `then` is called, as query builders do. */
    function lazy(): object {
      return {
        // biome-ignore lint/suspicious/noThenProperty: as those of query builders
        then(...handlers: (() => unknown)[]) {
          starts++
          return Promise.resolve('lazy').then(...handlers)
        },
      }
    }

    const ask = (schema: Schema, source: string, more: object = {}): Promise<Result> =>
      graphql.graphql({ schema, source, ...more })
    const named = (name: string): PlainSpan[] => collector.own().filter(span => span.name === name)
    const resolved = () =>
      named('graphql.resolve').map(span => [span.meta['graphql.field.path'], span.resource])

    it('has spans of parsing, validation, execution and the first level, under their caller', async () => {
      const answer = await collector.inParent(() => ask(makeSchema(), 'query Q { now later }'))
      const spans = await collector.waitFor(5)
      const [parent] = collector.spans().filter(each => each.name === 'test.parent')
      const [execute] = named('graphql.execute')
      assert.deepEqual(spans.map(each => each.name).sort(), [
        'graphql.execute',
        'graphql.parse',
        'graphql.resolve',
        'graphql.resolve',
        'graphql.validate',
      ])
      for (const span of spans) {
        const isResolve = span.name === 'graphql.resolve'
        assert.equal(span.parentId, isResolve ? execute.spanId : parent.spanId)
        assert.deepEqual([span.service, span.type, span.error], ['shop', 'graphql', 0])
        assert.equal(span.meta.component, 'graphql')
        assert.equal(span.meta['_dd.integration'], 'graphql')
        assert.equal(span.meta['span.kind'], span === execute ? 'server' : undefined)
        assert.equal(span.metrics['_dd.measured'], span === execute ? 1 : undefined)
        assert.ok(span.durationMs >= 0)
      }
      assert.equal(execute.resource, 'query Q{later now}')
      assert.equal(execute.meta['graphql.operation.type'], 'query')
      assert.equal(execute.meta['graphql.operation.name'], 'Q')
      assert.equal(execute.meta['graphql.source'], undefined)
      const [now, later] = named('graphql.resolve')
      assert.deepEqual(resolved(), [
        ['now', 'now:String'],
        ['later', 'later:String'],
      ])
      assert.equal(now.meta['graphql.field.name'], 'now')
      assert.equal(now.meta['graphql.field.type'], 'String')
      assert.equal(now.meta['graphql.field.coordinates'], 'Query.now')
      assert.deepEqual({ ...answer.data }, { now: now.spanId, later: later.spanId })
    })

    it('executes what is synchronous at once, and returns promises of the same kind', async () => {
      const schema = makeSchema()
      const document = graphql.parse('{ now }')
      const answer = graphql.execute({ schema, document }) as Result
      assert.equal(typeof answer.data?.now, 'string')
      if (graphql.executeSync !== undefined) assert.ok(graphql.executeSync({ schema, document }).data)
      const count = graphql.executeSync === undefined ? 1 : 2
      assert.equal(named('graphql.execute').length, count)
      const promise = graphql.execute({ schema, document: graphql.parse('{ later }') })
      assert.equal(Object.getPrototypeOf(promise), Promise.prototype)
      await promise
      assert.equal(named('graphql.execute').length, count + 1)
    })

    it('tells all errors, and changes none', async () => {
      const source = 'query Q {\n now broken returned }'
      collector.registry.use('graphql', false)
      const expected = await ask(makeSchema(), source)
      collector.registry.use('graphql', { errorExtensions: ['code', 'deep', 'none'] })
      const got = await ask(makeSchema(), source)
      const look = ({ errors }: Result) =>
        errors?.map(each => [each.name, each.message, each.path, each.locations, JSON.stringify(each)])
      assert.deepEqual(look(got), look(expected))
      const [execute] = named('graphql.execute')
      assert.equal(execute.error, 1)
      assert.equal(execute.meta['error.message'], 'too far')
      const events = JSON.parse(execute.meta.events as string) as {
        name: string
        attributes: Record<string, unknown>
      }[]
      assert.deepEqual(
        events.map(each => each.name),
        ['dd.graphql.query.error', 'dd.graphql.query.error'],
      )
      const { stacktrace, ...attributes } = events[0].attributes
      assert.match(String(stacktrace), /too far/)
      assert.deepEqual(attributes, {
        message: 'too far',
        type: got.errors?.[0].name,
        locations: ['2:6'],
        path: ['broken'],
        'extensions.code': 'FAR',
        'extensions.deep': '{"a":1}',
      })
      assert.deepEqual(
        named('graphql.resolve').map(span => [
          span.meta['graphql.field.name'],
          span.error,
          span.meta['error.type'],
        ]),
        [
          ['now', 0, undefined],
          ['broken', 1, 'RangeError'],
          ['returned', 1, 'TypeError'],
        ],
      )
    })

    it('tells what cannot be parsed, validated or executed', async () => {
      const schema = makeSchema()
      assert.throws(() => graphql.parse('query {'), { name: 'GraphQLError' })
      await ask(schema, '{ unknown }')
      assert.throws(() => graphql.execute({ schema }))
      const [parse] = named('graphql.parse')
      assert.deepEqual([parse.error, parse.meta['error.type']], [1, 'GraphQLError'])
      const [validate] = named('graphql.validate')
      assert.match(validate.meta['error.message'] as string, /Cannot query field/)
      assert.match(validate.meta.events as string, /dd\.graphql\.query\.error/)
      assert.deepEqual(
        named('graphql.execute').map(span => span.error),
        [1],
      )
    })

    it('goes as deep as it is told, with one span for a field of all elements', async () => {
      const source =
        'query Q($n: Int) { users(count: $n) { id title friends { title } } node { ... on User { title } } }'
      collector.registry.use('graphql', { depth: 2 })
      const schema = makeSchema()
      const answer = await ask(schema, source, { variableValues: { n: 3 } })
      assert.deepEqual(
        resolved()
          .map(each => each[0])
          .sort(),
        ['node', 'node.title', 'users', 'users.*.friends', 'users.*.title'],
      )
      const [users] = named('graphql.resolve').filter(span => span.meta['graphql.field.path'] === 'users')
      const [title] = named('graphql.resolve').filter(
        span => span.meta['graphql.field.path'] === 'users.*.title',
      )
      assert.equal(title.parentId, users.spanId)
      const titles = (answer.data as { users: { title: string }[] }).users.map(user => user.title)
      assert.deepEqual(
        titles,
        [0, 1, 2].map(id => `user ${id} ${title.spanId}`),
      )
      collector.clear()
      collector.registry.use('graphql', { depth: -1, collapse: false })
      await ask(schema, source, { variableValues: { n: 2 } })
      const paths = resolved().map(each => each[0])
      for (const path of ['users.1.title', 'users.1.friends', 'users.1.friends.0.title'])
        assert.ok(paths.includes(path), path)
      assert.equal(paths.length, 9)
      collector.clear()
      collector.registry.use('graphql', { depth: 0 })
      await ask(schema, source, { variableValues: { n: 2 } })
      assert.deepEqual(resolved(), [])
    })

    it('keeps executions of one document apart', async () => {
      const schema = makeSchema()
      const document = graphql.parse('{ later now }')
      const parents = await Promise.all(
        [1, 2, 3].map(() =>
          collector.inParent(async parent => {
            await graphql.execute({ schema, document })
            return parent.toSpanId(true)
          }),
        ),
      )
      const executed = named('graphql.execute')
      assert.deepEqual(executed.map(span => span.parentId).sort(), parents.sort())
      for (const { spanId } of executed) {
        assert.equal(named('graphql.resolve').filter(span => span.parentId === spanId).length, 2)
      }
    })

    it('starts a thenable of the application once', async () => {
      starts = 0
      const answer = await ask(makeSchema(), '{ lazy }')
      assert.deepEqual([answer.data?.lazy, starts], ['lazy', 1])
      assert.equal(named('graphql.resolve')[0].error, 0)
    })

    it('follows use()', async () => {
      const seen: string[] = []
      const hook = (name: string) => (span: { name: string }) => seen.push(`${name} ${span.name}`)
      collector.registry.use('graphql', {
        service: 'api',
        source: true,
        signature: false,
        variables: ['n'],
        hooks: {
          execute: hook('execute'),
          parse: hook('parse'),
          validate: hook('validate'),
          resolve: hook('resolve'),
        },
      })
      const source = 'query Q($n: Int, $m: Int) { users(count: $n) { id } again: users(count: $m) { id } }'
      await ask(makeSchema(), source, { variableValues: { n: 1, m: 2 } })
      const [execute] = named('graphql.execute')
      assert.deepEqual([execute.service, execute.resource], ['api', 'query Q'])
      for (const name of ['graphql.execute', 'graphql.parse', 'graphql.validate']) {
        assert.equal(named(name)[0].meta['graphql.source'], source)
      }
      assert.equal(execute.metrics['graphql.variables.n'], 1)
      assert.equal(execute.metrics['graphql.variables.m'], undefined)
      const [users, again] = named('graphql.resolve')
      assert.equal(users.metrics['graphql.variables.n'], 1)
      assert.equal(users.meta['graphql.source'], 'users(count: $n) { id }')
      assert.equal(again.metrics['graphql.variables.m'], undefined)
      assert.deepEqual(seen, [
        'parse graphql.parse',
        'validate graphql.validate',
        'resolve graphql.resolve',
        'resolve graphql.resolve',
        'execute graphql.execute',
      ])
    })

    it('is silent about schemas, health checks, and when it is switched off', async () => {
      graphql.buildSchema('type Query { a: Int }')
      const schema = makeSchema()
      await ask(schema, 'query __ApolloServiceHealthCheck__ { now }')
      collector.registry.use('graphql', false)
      const answer = await ask(schema, '{ now }')
      assert.equal(answer.data?.now, null)
      assert.deepEqual(collector.own(), [])
    })

    it('replaces resolvers of the first level only, in disguise, and puts them back', async () => {
      const schema = makeSchema()
      await ask(schema, '{ now }')
      const fields = (schema.getQueryType() as Any).getFields()
      const user = (schema.getTypeMap().User as Any).getFields()
      for (const [name, original] of Object.entries(originals) as [
        string,
        (...args: unknown[]) => unknown,
      ][]) {
        const { resolve } = fields[name]
        assert.deepEqual([resolve.name, resolve.length], [original.name, original.length])
        assert.ok(Object.hasOwn(resolve, '__datadog_patch'))
      }
      for (const name of ['title', 'friends'])
        assert.ok(!Object.hasOwn(user[name].resolve, '__datadog_patch'))
      assert.equal(fields.plain.resolve, undefined)
      const { execute, parse, validate } = graphql
      collector.stop()
      for (const [name, original] of Object.entries(originals)) assert.equal(fields[name].resolve, original)
      for (const fn of [graphql.execute, graphql.parse, graphql.validate])
        assert.ok(!Object.hasOwn(fn, '__datadog_patch'))
      assert.deepEqual([execute.name, parse.name, validate.name], ['execute', 'parse', 'validate'])
      collector = collect([graphqlIntegration])
    })

    it('has the signatures of Apollo', t => {
      let apollo: { usageReportingSignature(document: unknown, name: string): string }
      try {
        apollo = set.require('@apollo/utils.usagereporting') as typeof apollo
      } catch {
        return t.skip('beside graphql 16 only')
      }
      for (const source of [
        'query Q { b: y a: x }',
        'query Q($b: [Int!]! = [1], $a: In = {x: 1}) @d(z: "t", a: 1) { x(s: """block""", n: 1.5, l: [1], o: {a: 1}, e: RED, t: true, u: null, v: $a) }',
        'query Q { x @b(i: 1) @a ... on T @z @y { c b } ...F @b @a ... @include(if: true) { d } a }\nfragment F on T @z @b { ...G q }\nfragment G on T { x }\nfragment Unused on T { x }',
        'mutation Q { x { y { z } w } v }',
      ]) {
        const document = graphql.parse(source) as Document
        const operation = document.definitions.find(each => each.kind === 'OperationDefinition')
        assert.ok(operation)
        assert.equal(signatureOf(document, operation), apollo.usageReportingSignature(document, 'Q'))
      }
    })
  })
}
