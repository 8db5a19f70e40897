/** Whole programs with the tracer: orders go to another process, and come back as invoices. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('kafkajs', {
  service: 'kafka',
  // From Node.js 24 on there is a warning about kafkajs' own timers.
  env: { NODE_NO_WARNINGS: '1' },
  check(spans) {
    const named = (name: string) => spans.filter(span => span.name === name)
    const sent = named('kafka.produce')
    const orders = sent.filter(span => span.resource.startsWith('orders-'))
    const invoices = sent.filter(span => span.resource.startsWith('invoices-'))
    assert.deepEqual(
      orders.map(span => span.error),
      [0, 0, 0, 1],
    )
    assert.equal(invoices.length, 3)
    const handled = named('kafka.consume').filter(span => span.meta['messaging.system'] === undefined)
    assert.equal(handled.length, 3)
    // Two processes send their spans, in any order.
    for (const order of orders.slice(0, 3)) {
      const [span] = handled.filter(each => each.parentId === order.spanId)
      assert.equal(span?.service, 'shop-kafka')
      assert.equal(span.traceId, order.traceId)
      assert.notEqual(span.meta['runtime-id'], order.meta['runtime-id'])
      assert.ok(invoices.some(each => each.parentId === span.spanId))
    }
    const links = named('kafka.consume')
      .filter(span => span.meta['messaging.system'] === 'kafka')
      .flatMap(span => JSON.parse(span.meta['_dd.span_links']) as { span_id: string }[])
    assert.deepEqual(
      links.map(link => BigInt(`0x${link.span_id}`)).sort(),
      invoices.map(span => BigInt(span.spanId)).sort(),
    )
  },
})
