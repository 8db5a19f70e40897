/** Declaration of an integration. */

import type { Integration } from '../patch/types'

/** Returns the integration as it is; the function only gives the object its type. */
export function defineIntegration(integration: Integration): Integration {
  return integration
}
