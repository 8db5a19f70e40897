/** What `app.cjs` and `app.mjs` share: the shop's start and end, given the express and pg that they loaded. */

const { createApp } = require('./routes.cjs')
const { prepare } = require('./schema.cjs')

/**
 * Serves on PORT (0 takes a free one), prints `listening on <port>`, and ends with status 0 on SIGTERM.
 * DATABASE_URL is a PostgreSQL; DATABASE_POOL_MAX limits the connections to it (default 10).
 */
async function startShop({ express, pg }) {
  const { PORT = '3000', DATABASE_URL, DATABASE_POOL_MAX = '10' } = process.env
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(DATABASE_POOL_MAX) })
  pool.on('error', error => log({ message: 'idle connection lost', error: error.message }))
  await prepare(pool)

  const server = createApp({ express, pool, log }).listen(Number(PORT), '127.0.0.1', error => {
    if (error) throw error
    console.log(`listening on ${server.address().port}`)
  })

  process.once('SIGTERM', () => {
    // Requests under way are answered; then nothing is left to do and the process ends by itself.
    server.close(() => pool.end())
  })
}

function log(entry) {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...entry }))
}

module.exports = { startShop }
