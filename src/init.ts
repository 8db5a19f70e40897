/** `node --require tracer/init app.js`: starts the tracer with the settings of the environment. */

import { init } from './index'

init()
