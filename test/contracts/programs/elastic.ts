/** Whole programs of the clients of Elasticsearch and OpenSearch, which send the same requests. */

import assert from 'node:assert/strict'
import { programs } from '../../libraries/programs'

const RESOURCES = [
  'PUT /users/_doc/?',
  'POST /users/_refresh',
  'GET /missing/_doc/?',
  'GET /missing/_doc/?',
  'GET /users/_doc/?',
  'GET /users/_doc/?',
  'GET /users/_doc/?',
]

/** `name`: of the integration. */
export function elasticPrograms(name: string): void {
  programs(name, {
    shared: ['elasticsearch/fixtures/requests.cjs'],
    check(spans) {
      const all = spans.filter(span => span.name === `${name}.query` && span.resource !== 'GET /')
      // How searches and new documents are sent differs with the version.
      const sent = all.filter(span => !span.resource.endsWith('/_search'))
      assert.equal(all.length, sent.length + 1)
      assert.deepEqual(
        sent.map(span => span.resource.replace(/^POST (.*_doc)/, 'PUT $1')).sort(),
        [...RESOURCES].sort(),
      )
      for (const span of all) {
        assert.equal(span.service, `shop-${name}`)
        assert.equal(span.meta.component, name)
        const beneath = spans.filter(
          each => each.parentId === span.spanId && /^(http|undici)\.request$/.test(each.name),
        )
        assert.equal(beneath.length, 1, span.resource)
      }
      assert.equal(all.filter(span => span.error === 1).length, 1)
    },
  })
}
