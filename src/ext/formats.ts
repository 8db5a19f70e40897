/** Names of the carriers for `inject` and `extract`. */

export const TEXT_MAP = 'text_map'
export const HTTP_HEADERS = 'http_headers'
export const BINARY = 'binary'
export const LOG = 'log'
