/** The shop's tables and first rows. */

const TABLES = `
  create table if not exists products (
    id serial primary key, name text not null unique, price_cents int not null, stock int not null);
  create table if not exists customers (
    id serial primary key, name text not null unique);
  create table if not exists orders (
    id serial primary key, customer_id int not null references customers, created_at timestamptz not null default now());
  create table if not exists order_items (
    order_id int not null references orders, product_id int not null references products,
    quantity int not null, price_cents int not null);
  insert into products (name, price_cents, stock)
    select 'Product ' || n, 100 * n + 99, 1000000 from generate_series(1, 50) as n on conflict do nothing;
  insert into customers (name) select 'Customer ' || n from generate_series(1, 10) as n on conflict do nothing;`

/** Makes what is missing. */
async function prepare(pool) {
  await pool.query(TABLES)
}

module.exports = { prepare }
