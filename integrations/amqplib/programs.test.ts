/** Whole programs with the tracer: orders go to another process, and come back as invoices. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('amqplib', {
  service: 'rabbitmq',
  check(spans) {
    const named = (start: string) => spans.filter(span => span.resource.startsWith(start))
    const orders = named('basic.publish orders-').filter(span => span.error === 0)
    const invoices = named('basic.publish invoices-')
    const handled = named('basic.deliver orders-')
    const read = [...named('basic.deliver invoices-'), ...named('basic.get invoices-')]
    assert.deepEqual([orders.length, handled.length, invoices.length, read.length], [4, 4, 4, 5])
    // Two processes send their spans, in any order.
    for (const order of orders) {
      const [span] = handled.filter(each => each.parentId === order.spanId)
      assert.equal(span?.service, 'shop-amqp')
      assert.equal(span.traceId, order.traceId)
    }
    const elsewhere = handled.filter(span => span.meta['runtime-id'] !== orders[0].meta['runtime-id'])
    assert.equal(elsewhere.length, 3)
    const ofInvoices = invoices.map(span => span.parentId)
    for (const span of elsewhere) assert.ok(ofInvoices.includes(span.spanId))
    assert.deepEqual(
      read
        .filter(span => span.meta['amqp.routingKey'])
        .map(span => span.parentId)
        .sort(),
      invoices.map(span => span.spanId).sort(),
    )
    const failed = spans.filter(span => span.error === 1)
    assert.deepEqual(
      failed.map(span => span.resource.replace(/-.{36}$/, '')),
      ['basic.deliver orders', 'basic.publish orders', 'queue.declare no-such-queue'],
    )
  },
})
