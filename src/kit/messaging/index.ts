/** What the integrations of queues share. */

export { bytesOf, bytesOfHeaders } from './bytes'
export { Handling } from './handling'
