/** The application of `express-pg`: express 5 with two middlewares, and a route that makes three queries. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pg from 'pg'

/** Starts it on a free loopback port; resolves with its url. */
export async function startApp(databaseUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
  const app = express()
  app.use(express.json())
  app.use((_req, res, next) => {
    res.setHeader('x-shop', 'bench')
    next()
  })
  const orders = express.Router()
  orders.get('/:id', async (req, res) => {
    const { id } = req.params
    const order = await pool.query('select id, customer_id, placed_at from orders where id = $1', [id])
    const { customer_id } = order.rows[0] as { customer_id: number }
    const customer = await pool.query('select id, name, city from customers where id = $1', [customer_id])
    const items = await pool.query(
      'select product, quantity, price_cents from items where order_id = $1 order by product',
      [id],
    )
    res.json({
      order: order.rows[0],
      customer: customer.rows[0],
      items: items.rows,
    })
  })
  app.use('/orders', orders)
  return new Promise((resolve, reject) => {
    const server: Server = app.listen(0, '127.0.0.1', error => {
      if (error) reject(error)
      else resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}
