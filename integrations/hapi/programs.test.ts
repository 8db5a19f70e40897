/** Whole programs with the tracer: each version of hapi, from CommonJS and from ES modules. */

import { webPrograms } from '../../test/contracts/web/programs'

webPrograms('hapi', [
  ['GET /users/{id}/posts/{post?}', '200'],
  ['GET /stream/{path*}', '200'],
  ['GET /fail', '500', 'RangeError'],
  ['GET /replaced', '503', 'RangeError'],
  ['GET /gone', '500', 'Error'],
  ['GET /raw', '200'],
  ['GET', '404'],
  ['HEAD /users/{id}/posts/{post?}', '200'],
  ['POST /echo', '200'],
  ['POST /echo', '400'],
])
