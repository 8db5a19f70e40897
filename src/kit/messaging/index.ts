/** What the integrations of message queues share. */

export { bytesOf, bytesOfHeaders } from './bytes'
export { Handling } from './handling'
