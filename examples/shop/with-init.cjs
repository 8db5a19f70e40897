/** The shop with the tracer started in code: before anything else is loaded. */

require('tracer').init()
require('./app.cjs')
