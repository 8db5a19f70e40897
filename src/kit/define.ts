/** How an integration is declared. */

import type { Integration } from '../patch/types'

export function defineIntegration(integration: Integration): Integration {
  return integration
}
