/** The effect of the methods of an OpenTelemetry span on the tracer's span, under each version of the API. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attributes, Span, SpanOptions } from '@opentelemetry/api'
import { APIS, type Api, bridge } from '../../support/otel'
import type { SeenSpan } from '../../support/runtime'

for (const [version, api] of APIS) {
  const spanWith = (change: (span: Span) => void, options?: SpanOptions): SeenSpan => {
    const { runtime } = bridge()
    const span = api.trace.getTracer('test').startSpan('operation', options)
    change(span)
    span.end()
    return runtime.spans()[0]
  }

  describe(`a span, API ${version}`, () => {
    test('has the name as its resource and its kind as operation and span.kind', () => {
      const kinds: [number | undefined, string, string][] = [
        [undefined, 'internal', 'internal'],
        [api.SpanKind.INTERNAL, 'internal', 'internal'],
        [api.SpanKind.SERVER, 'server.request', 'server'],
        [api.SpanKind.CLIENT, 'client.request', 'client'],
        [api.SpanKind.PRODUCER, 'producer', 'producer'],
        [api.SpanKind.CONSUMER, 'consumer', 'consumer'],
        [99, 'internal', 'internal'],
      ]
      for (const [kind, name, tag] of kinds) {
        const span = spanWith(() => {}, { kind })
        assert.deepEqual([span.name, span.resource, span.meta['span.kind']], [name, 'operation', tag])
        assert.equal(span.metrics['_dd.measured'], tag === 'internal' ? undefined : 1)
        assert.equal(span.meta['_dd.integration'], 'otel')
      }
    })

    test('has attributes of each type as tags', () => {
      const span = spanWith(each => {
        each.setAttributes({
          text: 'val',
          empty: '',
          yes: true,
          no: false,
          zero: 0,
          double: 4.2,
          texts: ['a', 'b'],
          numbers: [10, 20.5],
          booleans: [true, false],
          nested: [['a'], ['c', 'd']] as never,
        })
        each.setAttribute('list', [1, 2, 3])
        each.setAttribute('list', [9])
        each.setAttribute('gone', 1).setAttribute('gone', null as never)
        each.setAttribute('', 'no name')
      })
      const { text, empty, yes, no, list, gone } = span.meta
      assert.deepEqual({ text, empty, yes, no }, { text: 'val', empty: '', yes: 'true', no: 'false' })
      assert.deepEqual(
        [list, gone, span.meta[''], span.metrics.gone],
        [undefined, undefined, undefined, undefined],
      )
      assert.deepEqual([span.metrics.zero, span.metrics.double], [0, 4.2])
      assert.deepEqual([span.meta['texts.0'], span.meta['texts.1']], ['a', 'b'])
      assert.deepEqual([span.metrics['numbers.0'], span.metrics['numbers.1']], [10, 20.5])
      assert.deepEqual([span.meta['booleans.0'], span.meta['booleans.1']], ['true', 'false'])
      assert.deepEqual([span.meta['nested.0.0'], span.meta['nested.1.1']], ['a', 'd'])
      assert.deepEqual([span.metrics['list.0'], span.metrics['list.1']], [9, undefined])
    })

    test('sets its own fields by reserved attributes, and has no tags of these', () => {
      const span = spanWith(
        each =>
          each.setAttributes({
            'http.request.method': 'GET',
            'resource.name': 'new.name',
            'operation.name': 'Overridden.name',
            'service.name': 'new.service',
            'span.type': 'new.type',
            'analytics.event': 'true',
            'http.response.status_code': 200,
          }),
        { kind: api.SpanKind.SERVER },
      )
      assert.deepEqual(
        [span.name, span.resource, span.service, span.type],
        ['Overridden.name', 'new.name', 'new.service', 'new.type'],
      )
      assert.equal(span.metrics['_dd1.sr.eausr'], 1)
      assert.equal(span.meta['http.status_code'], '200')
      assert.equal(span.metrics['http.response.status_code'], 200)
      for (const name of [
        'resource.name',
        'operation.name',
        'service.name',
        'span.type',
        'analytics.event',
      ]) {
        assert.equal(span.meta[name], undefined, name)
      }
      const early = spanWith(each => each.setAttributes({ 'operation.name': 'mine', 'http.method': 'GET' }), {
        kind: api.SpanKind.SERVER,
      })
      assert.equal(early.name, 'mine')
    })

    test('reads analytics.event only if the value means yes or no', () => {
      const cases: [unknown, number | undefined][] = [
        ['true', 1],
        ['TRUE', 1],
        ['t', 1],
        ['1', 1],
        [true, 1],
        ['false', 0],
        ['F', 0],
        ['0', 0],
        [false, 0],
        ['something-else', undefined],
        ['fAlse', undefined],
      ]
      for (const [value, expected] of cases) {
        const span = spanWith(each => each.setAttribute('analytics.event', value as string))
        assert.equal(span.metrics['_dd1.sr.eausr'], expected, String(value))
        assert.equal(span.meta['analytics.event'], undefined)
      }
    })

    test('is an error by the attribute error, unless its value means no', () => {
      for (const [value, error] of [
        [true, 1],
        ['true', 1],
        [false, 0],
        ['false', 0],
        ['timeout', 1],
      ] as const) {
        assert.equal(spanWith(each => each.setAttribute('error', value)).error, error, String(value))
      }
    })

    test('names its operation by its attributes, also if these are set one by one', () => {
      const { SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL } = api.SpanKind
      const kafka = { 'messaging.system': 'Kafka', 'messaging.operation': 'Receive' }
      const cases: [string, number, Attributes][] = [
        ['http.server.request', SERVER, { 'http.request.method': 'GET' }],
        ['http.client.request', CLIENT, { 'http.request.method': 'GET' }],
        ['http.client.request', CLIENT, { 'http.method': 'GET' }],
        ['redis.query', CLIENT, { 'db.system': 'Redis' }],
        ['postgresql.query', CLIENT, { 'db.system.name': 'postgresql' }],
        ['kafka.receive', CLIENT, kafka],
        ['kafka.receive', SERVER, kafka],
        ['kafka.receive', PRODUCER, kafka],
        ['kafka.receive', CONSUMER, kafka],
        ['internal', INTERNAL, kafka],
        ['aws.s3.request', CLIENT, { 'rpc.system': 'aws-api', 'rpc.service': 'S3' }],
        ['aws.client.request', CLIENT, { 'rpc.system': 'aws-api' }],
        ['grpc.client.request', CLIENT, { 'rpc.system': 'GRPC' }],
        ['grpc.server.request', SERVER, { 'rpc.system': 'GRPC' }],
        [
          'aws.my-function.invoke',
          CLIENT,
          { 'faas.invoked_provider': 'aws', 'faas.invoked_name': 'My-Function' },
        ],
        ['datasource.invoke', SERVER, { 'faas.trigger': 'Datasource' }],
        ['graphql.server.request', SERVER, { 'graphql.operation.type': 'query' }],
        ['amqp.server.request', SERVER, { 'network.protocol.name': 'Amqp' }],
        ['amqp.client.request', CLIENT, { 'network.protocol.name': 'Amqp' }],
      ]
      for (const [name, kind, attributes] of cases) {
        assert.equal(spanWith(() => {}, { kind, attributes }).name, name)
        const late = spanWith(
          each => {
            for (const [key, value] of Object.entries(attributes)) each.setAttribute(key, value as string)
          },
          { kind },
        )
        assert.deepEqual([late.name, late.resource], [name, 'operation'])
      }
    })

    test('is renamed by updateName', () => {
      const span = spanWith(each => each.updateName('renamed'))
      assert.deepEqual([span.name, span.resource], ['internal', 'renamed'])
    })

    test('has the last error status, unless that is OK', () => {
      const { OK, ERROR, UNSET } = api.SpanStatusCode
      const error = spanWith(each =>
        each.setStatus({ code: ERROR, message: 'first' }).setStatus({ code: UNSET, message: 'unset' }),
      )
      assert.deepEqual([error.error, error.meta['error.message']], [1, 'first'])
      const ok = spanWith(each =>
        each.setStatus({ code: OK, message: 'ok' }).setStatus({ code: ERROR, message: 'no' }),
      )
      assert.deepEqual([ok.error, ok.meta['error.message']], [0, undefined])
      const cleared = spanWith(each => {
        each.recordException(new TypeError('thrown'))
        each.setStatus({ code: ERROR, message: 'bad' }).setStatus({ code: OK })
        each.recordException(new TypeError('after'))
      })
      const tags = ['error.type', 'error.message', 'error.stack'].map(name => cleared.meta[name])
      assert.deepEqual([cleared.error, ...tags], [0, undefined, undefined, undefined])
      assert.equal(JSON.parse(cleared.meta.events).length, 2)
    })

    test('records an exception as an event and as tags, and is not marked as an error', () => {
      const failure = new RangeError('too far')
      const span = spanWith(each => each.recordException(failure, [1_700_000_000, 5]))
      assert.equal(span.error, 0)
      assert.equal(span.meta['error.type'], 'RangeError')
      assert.equal(span.meta['error.message'], 'too far')
      assert.equal(span.meta['error.stack'], failure.stack)
      const [event] = JSON.parse(span.meta.events)
      assert.equal(event.name, 'exception')
      assert.deepEqual(event.attributes, {
        'exception.type': 'RangeError',
        'exception.message': 'too far',
        'exception.stacktrace': failure.stack,
      })
      assert.match(span.meta.events, /"time_unix_nano":1700000000000000\d\d\d/)
      const plain = spanWith(each => each.recordException('text'))
      assert.equal(plain.meta['error.message'], 'text')
      const last = spanWith(each => {
        each.recordException(new Error('one'))
        each.recordException({ name: 'Two', message: 'two' })
      })
      assert.deepEqual([last.meta['error.type'], last.meta['error.stack']], ['Two', undefined])
    })

    test('keeps events with their attributes and times', () => {
      const at = Date.now()
      const span = spanWith(each => {
        each.addEvent('first')
        each.addEvent('second', { text: 'v', list: [3, 4] }, at)
        each.addEvent('third', new Date(at))
        each.addEvent('of the monotonic clock', at - performance.timeOrigin)
        each.addEvent('fourth', [Math.floor(at / 1000), (at % 1000) * 1e6])
      })
      const [first, ...rest] = JSON.parse(span.meta.events)
      assert.equal(first.attributes, undefined)
      assert.deepEqual(rest[0].attributes, { text: 'v', list: [3, 4] })
      for (const event of rest) assert.equal(Math.round(event.time_unix_nano / 1e6), at, event.name)
    })

    test('links to spans of this process and of others, and ignores invalid links', () => {
      const { runtime } = bridge()
      const tracer = api.trace.getTracer('test')
      const other = tracer.startSpan('other')
      const context = {
        traceId: 'ff0000000000051791e0000000000041',
        spanId: 'ff00000000000516',
        traceFlags: 1,
        traceState: api.createTraceState('dd=t.dm:-0,foo=1'),
      }
      const span = tracer.startSpan('linked', { links: [{ context: other.spanContext() }] })
      span.addLink({ context, attributes: { arg1: 'val1', list: [1, true] as never } })
      span.addLinks([{ context: { traceId: '0', spanId: '0', traceFlags: 0 } }, null as never])
      span.end()
      other.end()
      const links = JSON.parse(
        runtime.spans().find(each => each.resource === 'linked')?.meta['_dd.span_links'] ?? '',
      )
      assert.deepEqual(
        [links[0].trace_id, links[0].span_id],
        [other.spanContext().traceId, other.spanContext().spanId],
      )
      assert.deepEqual(links.slice(1), [
        {
          trace_id: context.traceId,
          span_id: context.spanId,
          attributes: { arg1: 'val1', 'list.0': '1', 'list.1': 'true' },
          flags: 1,
          tracestate: 'dd=t.dm:-0,foo=1',
        },
      ])
    })

    test('starts and ends at the given time, in each form of a time', () => {
      const now = Date.now()
      const ticks = performance.now()
      const seconds = Math.floor(now / 1000)
      const cases: [SpanOptions['startTime'], SpanOptions['startTime'], number][] = [
        [[seconds, 1000], [seconds, 6_790_000], 6.789],
        [new Date(now), new Date(now + 5), 5],
        [now, now + 7, 7],
        [ticks, ticks + 2000, 2000],
        [[12, 345_000], [12, 7_134_000], 6.789],
        [[seconds, 0], [seconds - 1, 0], 0],
      ]
      for (const [start, end, durationMs] of cases) {
        const span = spanWith(each => each.end(end), { startTime: start })
        assert.ok(Math.abs(span.durationMs - durationMs) < 0.5, `${span.durationMs} for ${durationMs}`)
      }
      assert.equal(
        spanWith(each => each.end([12, 7_134_000]), { startTime: [12, 345_000] }).durationMs,
        6.789,
      )
      for (const bad of [Number.NaN, -1, 'x', [1], {}, new Date(Number.NaN), [Number.NaN, 0]]) {
        const beganAt = performance.now()
        const span = spanWith(each => each.end(bad as never), { startTime: bad as never })
        const tookMs = performance.now() - beganAt
        assert.ok(span.durationMs >= 0 && span.durationMs <= tookMs, String(bad))
      }
    })

    test('is not changed once it has ended', () => {
      const { runtime } = bridge()
      const tracer = api.trace.getTracer('test')
      const parent = tracer.startSpan('parent')
      const span = tracer.startSpan('operation', {}, api.trace.setSpan(api.ROOT_CONTEXT, parent))
      assert.equal(span.isRecording(), true)
      span.end()
      assert.equal(span.isRecording(), false)
      span.setAttribute('late', 1).updateName('late').setStatus({ code: api.SpanStatusCode.ERROR })
      span.addEvent('late').recordException(new Error('late'))
      span.addLink({ context: parent.spanContext() }).end()
      parent.end()
      assert.equal(runtime.spans().length, 2)
      const sent = runtime.spans()[1]
      assert.deepEqual([sent.resource, sent.error, sent.metrics.late], ['operation', 0, undefined])
      assert.deepEqual([sent.meta.events, sent.meta['_dd.span_links']], [undefined, undefined])
    })

    test('never throws, whatever the arguments are', () => {
      const hostile = new Proxy(
        {},
        {
          get() {
            throw new Error('trap')
          },
          ownKeys() {
            throw new Error('trap')
          },
        },
      ) as never
      const bad = [undefined, null, 0, Number.NaN, '', 'x', Symbol('s'), [], {}, () => {}, hostile] as never[]
      const span = spanWith(each => {
        for (const value of bad) {
          each.setAttribute(value, value).setAttribute('k', value).setAttributes(value)
          each.addEvent(value, value, value).addLink(value).addLinks(value).addLinks([value])
          each.setStatus(value).updateName(value)
          each.recordException(value, value)
          each.addEvent('e', { k: value }, value)
        }
      })
      assert.equal(span.name, 'internal')
      const tracer = api.trace.getTracer('test')
      for (const value of bad) {
        tracer.startSpan(value, value, value).end(value)
        tracer
          .startSpan('x', { attributes: value, links: value, startTime: value, kind: value, root: value })
          .end()
        api.context.with(value, () => tracer.startSpan('within').end())
        api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, value), () => tracer.startSpan('within').end())
        api.context.with(api.propagation.setBaggage(api.ROOT_CONTEXT, value), () =>
          tracer.startSpan('b').end(),
        )
      }
    })
  })
}

test('the types of the bridge are assignable to those of the API', () => {
  // Checked by the compiler; a getter of each is read so that the test runs something.
  const { TracerProvider } = require('../../support/otel') as typeof import('../../support/otel')
  const provider = new TracerProvider()
  const asApi: import('@opentelemetry/api').TracerProvider = provider
  const asNewest: import('opentelemetry-api-newest').TracerProvider = provider
  const tracer: import('@opentelemetry/api').Tracer = provider.getTracer('x')
  const span: import('@opentelemetry/api').Span = provider.getTracer('x').startSpan('y')
  const spanOfNewest: import('opentelemetry-api-newest').Span = provider.getTracer('x').startSpan('y')
  const check: Parameters<typeof provider.register>[0] = {
    propagator: undefined as import('@opentelemetry/api').TextMapPropagator | undefined,
    contextManager: undefined as import('@opentelemetry/api').ContextManager | undefined,
  }
  const newestToo: Parameters<typeof provider.register>[0] = {
    propagator: undefined as import('opentelemetry-api-newest').TextMapPropagator | undefined,
    contextManager: undefined as import('opentelemetry-api-newest').ContextManager | undefined,
  }
  const context: import('../../../src/types').OtelContext = (undefined as Api | undefined)
    ?.ROOT_CONTEXT as never
  const processors: NonNullable<ConstructorParameters<typeof TracerProvider>[0]> = {
    spanProcessors: [] as import('@opentelemetry/sdk-trace-base').SpanProcessor[],
    resource: undefined as import('@opentelemetry/resources').Resource | undefined,
  }
  for (const each of [asApi, asNewest, tracer, span, spanOfNewest, check, newestToo, processors])
    assert.ok(each)
  assert.equal(context, undefined)
})
