/** OpenTelemetry's SDK, as an application sets it up that traces Express and pg; for `node --require`. */

import { install } from '../express-pg/opentelemetry'

install()
