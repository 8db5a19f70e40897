/** What the demo asks of the shop, and what the trace of each request must hold. */

/** A product that does not exist. */
const UNKNOWN = 999

let lastOrder

const placeOrder = {
  method: 'POST',
  path: () => '/orders',
  body: () => ({ customerId: 1 + random(10), productId: 1 + random(50), quantity: 1 + random(3) }),
  status: 201,
  resource: 'POST /orders',
  queries: 6,
  onAnswer: order => {
    lastOrder = order.id
  },
}
const get = (path, resource, queries, status = 200) => ({
  method: 'GET',
  path: typeof path === 'function' ? path : () => path,
  status,
  resource: `GET ${resource}`,
  queries,
})
const product = get(() => `/products/${1 + random(50)}`, '/products/:id', 1)
const products = get('/products', '/products', 1)
const order = get(() => `/orders/${lastOrder}`, '/orders/:id', 3)

/**
 * The requests of one round, a second's worth: `queries` is how many pg.query spans belong to each.
 * The first places an order, so that there is one to read.
 */
const round = [
  placeOrder,
  products,
  product,
  product,
  order,
  get('/', '/', 0),
  products,
  product,
  get('/health', '/health', 1),
  get('/sql-error', '/sql-error', 1, 500),
  placeOrder,
  products,
  product,
  order,
  get('/report', '/report', 1),
  products,
  product,
  get(`/products/${UNKNOWN}`, '/products/:id', 1, 404),
  get('/broken', '/broken', 0, 500),
  product,
]

/** Why this trace is not that of the request, one text each; empty when all is as it must be. */
function differences(request, trace) {
  const { expected } = request
  const found = []
  const check = (what, actual, wanted) => {
    if (actual !== wanted) found.push(`${what} is ${actual}, not ${wanted}`)
  }
  check('root span', trace.root.name, 'express.request')
  // The route `/` adds nothing to the method in dd-trace's naming.
  const resource = trace.root.resource === 'GET' ? 'GET /' : trace.root.resource
  check('resource', resource, expected.resource)
  check('service', trace.root.service, 'shop')
  check('http.status_code', Number(trace.root.meta['http.status_code']), expected.status)
  check('error', Boolean(trace.root.error), expected.status >= 500)
  check('pg.query spans', trace.queries.length, expected.queries)
  const failed = expected.resource === 'GET /sql-error' ? 1 : 0
  check('failed pg.query spans', trace.queries.filter(span => span.error).length, failed)
  return found
}

function random(below) {
  return Math.floor(Math.random() * below)
}

module.exports = { differences, round }
