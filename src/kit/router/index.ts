/** What the integrations of Express and of the package `router` share. */

export { patchLayer, patchRouter } from './layers'
