/** A service that knows nothing of tracing. */

const express = require('express')

const app = express()
app.get('/hello/:name', (req, res) => {
  res.send(`hello ${req.params.name}\n`)
})
const server = app.listen(process.env.PORT ?? 3000, () =>
  console.log(`listening on ${server.address().port}`),
)
