/** Calls the handler as Lambda does, on this machine: `node invoke.js`. */

process.env.AWS_LAMBDA_FUNCTION_NAME ??= 'shop-hello'

const { handler } = require('./handler.js')

const event = { headers: {}, queryStringParameters: { name: 'ada' } }
const context = { functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, awsRequestId: 'a-1' }
handler(event, context).then(answer => {
  console.log(JSON.stringify(answer))
  // Lambda stops the process here, so that nothing can be sent later.
  process.kill(process.pid, 'SIGKILL')
})
