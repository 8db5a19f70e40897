/** A new database on the PostgreSQL server of the tests, with the rows that the application reads. */

import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { startServices } from '../../services/start'

export const ORDER_COUNT = 1000

const SCHEMA = `
  create table customers (id int primary key, name text not null, city text not null);
  create table orders (id int primary key, customer_id int not null, placed_at timestamptz not null);
  create table items (order_id int not null, product text not null, quantity int not null, price_cents int not null);
  insert into customers select n, 'customer ' || n, 'city ' || n % 50 from generate_series(1, 100) n;
  insert into orders select n, n % 100 + 1, now() from generate_series(1, ${ORDER_COUNT}) n;
  insert into items select o, 'product ' || p, p, o * p from generate_series(1, ${ORDER_COUNT}) o, generate_series(1, 3) p;
  create index on items (order_id);
  analyze`

export interface Database {
  url: string
  close(): Promise<void>
}

/** Rejects when no server is to be had, with the reasons. */
export async function openDatabase(): Promise<Database> {
  const services = await startServices(['postgres'])
  const [service] = services.services
  if (!service?.available) throw new Error(`no PostgreSQL: ${service?.reason}`)
  const name = `bench_${randomBytes(6).toString('hex')}`
  await run(service.url, `create database ${name}`)
  const url = new URL(service.url)
  url.pathname = `/${name}`
  await run(url.href, SCHEMA)
  return {
    url: url.href,
    close: async () => {
      await run(service.url, `drop database ${name} with (force)`)
      await services.stop()
    },
  }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
