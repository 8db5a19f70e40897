/** Values of the span's type. */

export const HTTP = 'http'
export const SERVERLESS = 'serverless'
export const WEB = 'web'
