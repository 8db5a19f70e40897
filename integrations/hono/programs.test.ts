/** Whole programs with the tracer: each version of Hono, from CommonJS and from ES modules. */

import { webPrograms } from '../../test/contracts/web/programs'

webPrograms('hono', [
  ['GET /api/users/:id', '200'],
  ['GET /api/users/:id/posts/:post', '200'],
  ['GET /api/users/:id/posts/:post/broken', '500', 'TypeError'],
  ['HEAD /api/users/:id', '200'],
  ['GET /private/thing', '200'],
  ['GET /private/*', '401'],
  ['GET', '404'],
  ['POST /echo', '200'],
  ['GET /fail', '500', 'RangeError'],
  ['GET /gone', '410'],
  ['GET /stream', '200'],
  ['GET /events', '200'],
  ['GET', '404'],
])
