/** The shop's routes: the comment beside each says how many queries it makes. */

const { readOrder, placeOrder } = require('./orders.cjs')

/** Gives the express application of the shop. */
function createApp({ express, pool, log }) {
  const app = express()
  app.use(express.json())

  // No query.
  app.get('/', (_req, res) => {
    res.json({ shop: 'Example shop', links: ['/products', '/report', '/health'] })
  })

  // One query.
  app.get('/health', async (_req, res) => {
    await pool.query('select 1')
    res.json({ healthy: true })
  })

  // One query.
  app.get('/products', async (_req, res) => {
    const { rows } = await pool.query('select id, name, price_cents from products order by id limit 20')
    res.json(rows)
  })

  // One query, a prepared statement; 404 where there is no such product.
  app.get('/products/:id', async (req, res) => {
    const { rows } = await pool.query({
      name: 'product-by-id',
      text: 'select id, name, price_cents, stock from products where id = $1',
      values: [req.params.id],
    })
    if (rows.length === 0) return res.status(404).json({ error: 'no such product' })
    res.json(rows[0])
  })

  // Six queries in a transaction: begin, select, insert, insert, update, commit.
  app.post('/orders', async (req, res) => {
    const { customerId, productId, quantity } = req.body ?? {}
    if (![customerId, productId, quantity].every(Number.isInteger)) {
      return res.status(400).json({ error: 'customerId, productId and quantity are needed' })
    }
    res.status(201).json(await placeOrder(pool, { customerId, productId, quantity }))
  })

  const orders = express.Router()
  // Three queries, the last two at the same time; one where there is no such order.
  orders.get('/:id', async (req, res) => {
    const order = await readOrder(pool, req.params.id)
    if (order === undefined) return res.status(404).json({ error: 'no such order' })
    res.json(order)
  })
  app.use('/orders', orders)

  // One slow query.
  app.get('/report', async (_req, res) => {
    const { rows } = await pool.query(
      `select p.name, sum(i.quantity)::int as sold
         from order_items i join products p on p.id = i.product_id, (select pg_sleep(0.2)) as slow
        group by p.name order by sold desc limit 5`,
    )
    res.json(rows)
  })

  // No query.
  app.get('/broken', () => {
    throw new TypeError('the price of this product is not a number')
  })

  // One query, which fails.
  app.get('/sql-error', async (_req, res) => {
    res.json(await pool.query('select colour from products'))
  })

  // Four parameters are what tells express that this handles errors.
  app.use((error, req, res, _next) => {
    log({ message: 'request failed', path: req.path, error: error.message })
    res.status(500).json({ error: 'internal error' })
  })
  return app
}

module.exports = { createApp }
