/** A PostgreSQL that needs no installation: PGlite in a process of its own, on a free loopback port. */

const { fork } = require('node:child_process')
const { once } = require('node:events')

/**
 * PGlite is one session. Its socket server lets several connections take turns, but message by message: the parts
 * of two connections' prepared statements then mix. Applications must therefore use one connection at a time.
 */
const POOL_MAX = 1

/**
 * Starts the database and gives its address and how many connections a pool may open (1).
 * It ends with `close()`, or with this process, however that ends.
 */
async function startDatabase() {
  // Detached, because Ctrl-C in a terminal must not end it before the applications that use it.
  const child = fork(__filename, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
    execArgv: [],
  })
  const exited = once(child, 'exit')
  const started = await Promise.race([once(child, 'message'), exited.then(() => undefined)])
  if (started === undefined) throw new Error('the embedded database did not start')
  return {
    url: started[0].url,
    poolMax: POOL_MAX,
    pid: child.pid,
    close: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

async function serve() {
  const { PGlite } = require('@electric-sql/pglite')
  const { PGLiteSocketServer } = require('@electric-sql/pglite-socket')
  const db = await PGlite.create()
  // More than one only so that a new connection need not wait until the old one has been noticed to be gone.
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 })
  // Statements prepared by an earlier connection live on in the one session, where their names would clash.
  server.addEventListener('connection', () => db.exec('deallocate all'))
  await server.start()
  return `postgres://postgres:postgres@${server.getServerConn()}/postgres`
}

module.exports = { startDatabase }

if (require.main === module) {
  serve().then(url => {
    if (process.send) {
      process.on('disconnect', () => process.exit(0))
      process.send({ url })
    } else {
      console.log(`DATABASE_URL=${url} DATABASE_POOL_MAX=${POOL_MAX}`)
    }
  })
}
