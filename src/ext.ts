/** Constants that users import: `require('tracer/ext')`. */

export * as exporters from './ext/exporters'
export * as formats from './ext/formats'
export * as kinds from './ext/kinds'
export * as priority from './ext/priority'
export * as tags from './ext/tags'
export * as types from './ext/types'
