/** Subject `tracer`: as an application uses it, with what is on by default. */

import { type DogstatsdSubject, NAME } from './work'

export function create(): DogstatsdSubject {
  const { tracer } = require('tracer') as typeof import('../../../src/index')
  const { dogstatsd } = tracer.init()
  return {
    increment: tags => dogstatsd.increment(NAME, 1, tags),
    distribution: (value, tags) => dogstatsd.distribution(NAME, value, tags),
    flush: () => dogstatsd.flush(),
  }
}
