/** Values of the tag `span.kind`. */

export const SERVER = 'server'
export const CLIENT = 'client'
export const PRODUCER = 'producer'
export const CONSUMER = 'consumer'
export const INTERNAL = 'internal'
