/** Declares an integration. The function only gives the object its type. */

import type { Integration } from '../patch/types'

export function defineIntegration(integration: Integration): Integration {
  return integration
}
