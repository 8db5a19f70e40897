/** Whole programs with the tracer: each version of Connect, from CommonJS and from ES modules. */

import { webPrograms } from '../../test/contracts/web/programs'

webPrograms('connect', [
  ['GET /users/posts', '200'],
  ['GET /same', '200'],
  ['GET /throw', '503', 'RangeError'],
  ['GET /events', '200'],
  ['GET', '404'],
  ['GET', '404'],
  ['HEAD /same', '200'],
  ['POST /echo', '200'],
])
