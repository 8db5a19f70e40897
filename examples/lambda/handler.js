/** A function of AWS Lambda: one span for each invocation, sent before Lambda freezes the process. */

const tracer = require('tracer').init()

exports.handler = async (event, context) => {
  const options = {
    resource: context.functionName,
    type: 'serverless',
    childOf: tracer.extract('http_headers', event.headers ?? {}) ?? undefined,
    tags: { 'aws.request_id': context.awsRequestId },
  }
  try {
    return await tracer.trace('aws.lambda', options, () => handle(event))
  } finally {
    await tracer.flush()
  }
}

async function handle(event) {
  const name = event.queryStringParameters?.name ?? 'nobody'
  return { statusCode: 200, body: `hello ${name}` }
}
