/** Whole programs with the tracer: each version of restify, from CommonJS and from ES modules. */

import { webPrograms } from '../../test/contracts/web/programs'

webPrograms('restify', [
  ['GET /users/:id', '200'],
  ['HEAD /users/:id', '200'],
  ['POST /echo', '201'],
  ['GET /fail', '500', 'RangeError'],
  ['GET /events', '200'],
  ['GET /users/:id', '403'],
  ['GET', '404'],
  ['DELETE', '405'],
])
