/** The shop's orders: placed in a transaction, read with their items and their customer. */

/** Places an order; rejects, and changes nothing, where the product is unknown or out of stock. */
async function placeOrder(pool, { customerId, productId, quantity }) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const product = await client.query('select price_cents from products where id = $1 for update', [
      productId,
    ])
    const priceCents = product.rows[0].price_cents
    const order = await client.query('insert into orders (customer_id) values ($1) returning id', [
      customerId,
    ])
    const orderId = order.rows[0].id
    await client.query('insert into order_items values ($1, $2, $3, $4)', [
      orderId,
      productId,
      quantity,
      priceCents,
    ])
    await client.query('update products set stock = stock - $2 where id = $1', [productId, quantity])
    await client.query('commit')
    return { id: orderId, totalCents: priceCents * quantity }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** The order with its items and its customer, or undefined where there is none. */
async function readOrder(pool, id) {
  const { rows } = await pool.query('select id, customer_id, created_at from orders where id = $1', [id])
  if (rows.length === 0) return undefined
  const [items, customers] = await Promise.all([
    pool.query('select product_id, quantity, price_cents from order_items where order_id = $1', [id]),
    pool.query('select name from customers where id = $1', [rows[0].customer_id]),
  ])
  return { ...rows[0], customer: customers.rows[0].name, items: items.rows }
}

module.exports = { placeOrder, readOrder }
